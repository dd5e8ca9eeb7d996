// What travels, held to the vectors that hold Python too.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as ack from "./ack";
import { unhex } from "./canonical";
import { genesis } from "./chain";
import { clean, seal } from "./envelope";
import { bestAlg, fromBase64, makeKey, signer, verifies } from "./signature";
import { vectors } from "./vectors";

test("genesis", async () => {
  const told = vectors("chain");
  assert.equal(await genesis(told.owner), told.genesis);
});

for (const one of vectors("envelope").cases) {
  test(`envelope: ${one.name}`, async () => {
    assert.deepEqual(await seal(one.parts, { alg: one.alg, sign: async () => one.record.sig }), one.record);
    const key = { alg: one.alg, jwk: one.public_key };
    assert.ok(await verifies(one.record.sig, unhex(one.record.hash), key));
    assert.ok(!(await verifies(one.record.sig, new Uint8Array(32), key)));
    assert.ok(!(await verifies("no signature", unhex(one.record.hash), key)));
  });
}

const told = vectors("ack");
for (const one of told.cases) {
  test(`ack: ${one.name}`, async () => {
    const reading = ack.verify(one.document, { key: told.public_key, device: told.device });
    if (one.is_believed) assert.equal((await reading).id, one.document.id);
    else await assert.rejects(reading, ack.NotAnAck);
  });
}

test("ack: all it says is read", async () => {
  const whole = told.cases.find((one: { name: string }) => one.name === "with log").document;
  const { id, entries, head, log } = await ack.verify(whole, { key: told.public_key, device: told.device });
  const { sees } = told;
  assert.deepEqual({ id, entries, head, log }, { id: sees.id, entries: sees.entries, head: sees.head, log: sees.log });
});

for (const alg of ["Ed25519", "ES256"] as const) {
  test(`${alg}: a fresh key signs what its JWK verifies, and cannot be read out`, async () => {
    const { pair, jwk } = await makeKey(alg);
    const sig = await signer(alg, pair.privateKey).sign(new Uint8Array(32));
    assert.equal(fromBase64(sig).length, 64);
    assert.ok(await verifies(sig, new Uint8Array(32), { alg, jwk }));
    assert.ok(!("d" in jwk));
    await assert.rejects(crypto.subtle.exportKey("jwk", pair.privateKey));
  });
}

test("the best algorithm is one of the two", async () => assert.ok(["Ed25519", "ES256"].includes(await bestAlg())));

test("typed text is freed of what may not travel", () => {
  assert.deepEqual(clean({ a: "x\r\ny\u0007\ud800z\t", b: ["\udc00", 3, null] }), { a: "x\ny" + "z\t", b: ["", 3, null] });
});
