// envelope.mjs against the vectors that hold the Python side too. Run by tests/clients/test_envelope.py.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { canonical, genesis, newId, newKey, seal, sha256Hex, verifies } from "./envelope.mjs";

const vectors = (name) => JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), "utf8"));

for (const one of vectors("canonical").cases) {
  test(`canonical: ${one.name}`, async () => {
    assert.equal(canonical(one.value), one.canonical);
    assert.equal(await sha256Hex(one.canonical), one.sha256);
  });
}

for (const bad of ["\ud800", "\udc00x", [NaN], { a: Infinity }, { a: undefined }]) {
  test(`canonical refuses ${JSON.stringify(bad)}`, () => assert.throws(() => canonical(bad), TypeError));
}

test("genesis", async () => {
  const { owner, genesis: expected } = vectors("chain");
  assert.equal(await genesis(owner), expected);
});

for (const one of vectors("envelope").cases) {
  test(`envelope: ${one.name}`, async () => {
    const key = { alg: one.alg, sign: async () => one.record.sig }; // the vectors hold no secret
    assert.deepEqual(await seal(one.parts, key), one.record);
    const bytes = Buffer.from(one.record.hash, "hex");
    assert.ok(await verifies(one.record.sig, bytes, { alg: one.alg, jwk: one.public_key }));
    assert.ok(!(await verifies(one.record.sig, Buffer.alloc(32), { alg: one.alg, jwk: one.public_key })));
  });
}

for (const alg of ["Ed25519", "ES256"]) {
  test(`${alg}: a fresh key signs what its JWK verifies`, async () => {
    const key = await newKey(alg);
    const sig = await key.sign(Buffer.alloc(32, 7));
    assert.equal(Buffer.from(sig, "base64url").length, 64);
    assert.ok(await verifies(sig, Buffer.alloc(32, 7), key));
    assert.ok(!("d" in key.jwk));
  });
}

test("newId is a UUIDv7", () => {
  assert.match(newId(), /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.notEqual(newId(), newId());
});
