import assert from "node:assert/strict";
import { test } from "node:test";
import { isUuid, uuid7 } from "./ids";

// The example of RFC 9562, appendix A.6.
test("writes the example of the RFC", () => {
  const random = Uint8Array.from([0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f]);
  assert.equal(uuid7(0x017f22e279b0, random), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
});

test("refuses a time beyond 48 bits and a wrong count of bytes", () => {
  assert.throws(() => uuid7(2 ** 48, new Uint8Array(10)), RangeError);
  assert.throws(() => uuid7(1, new Uint8Array(9)), RangeError);
});

test("knows one way of writing only", () => {
  assert.ok(isUuid("017f22e2-79b0-7cc3-98c4-dc0c0c07398f"));
  assert.ok(!isUuid("017F22E2-79B0-7CC3-98C4-DC0C0C07398F"));
  assert.ok(!isUuid(7));
});
