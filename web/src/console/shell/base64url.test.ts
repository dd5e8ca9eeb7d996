import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesOf, textOf } from "./base64url";

test("every byte goes there and back, whatever the length", () => {
  for (let length = 0; length < 300; length++) {
    const bytes = Uint8Array.from({ length }, (_, at) => (at * 37 + length) % 256);
    const text = textOf(bytes.buffer);
    assert.match(text, /^[A-Za-z0-9_-]*$/);
    assert.equal(text, Buffer.from(bytes).toString("base64url"));
    assert.deepEqual(bytesOf(text), bytes);
  }
});

test("what is no base64url is refused", () => assert.throws(() => bytesOf("a*b")));
