import assert from "node:assert/strict";
import { test } from "node:test";
import { canonical, hex, NotCanonisable, sha256Hex, unhex } from "./canonical";
import { vectors } from "./vectors";

for (const one of vectors("canonical").cases) {
  test(`canonical: ${one.name}`, async () => {
    assert.equal(canonical(one.value), one.canonical);
    assert.equal(await sha256Hex(one.canonical), one.sha256);
  });
}

for (const bad of ["\ud800", "\udc00x", [Number.NaN], { a: Number.POSITIVE_INFINITY }, { a: undefined }, 2 ** 53, () => 1]) {
  test(`canonical refuses ${typeof bad} ${String(JSON.stringify(bad))}`, () => assert.throws(() => canonical(bad), NotCanonisable));
}

test("hex there and back", () => assert.deepEqual(unhex(hex(Uint8Array.of(0, 1, 254, 255))), Uint8Array.of(0, 1, 254, 255)));
