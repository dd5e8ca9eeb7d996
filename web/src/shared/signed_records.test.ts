// Chain, envelope and acknowledgement, held to the same vectors as Python.

import assert from "node:assert/strict";
import { test } from "node:test";
import { NotAnAck, verify } from "./ack";
import { canonical, sha256Hex, unhex } from "./canonical";
import { genesis, inspect, linkHash } from "./chain";
import { build, NotAnEnvelope, seal } from "./envelope";
import { b64url, newSigningKey, NotBase64url, publicKey, sign, unb64url, verifies } from "./signature";
import { vectors } from "./vectors";

const chains = vectors("chain");
test("the chain's beginning and its links", async () => {
  assert.equal(await genesis(chains.owner), chains.genesis);
  assert.equal(await linkHash(chains.link_hash.prev, chains.link_hash.payload), chains.link_hash.hash);
});
for (const one of chains.cases) {
  test(`chain: ${one.name}`, async () => {
    const { head, gaps, forks, breaks } = await inspect(one.links, chains.owner);
    assert.deepEqual({ head, gaps, forks, breaks }, { head: one.head, gaps: one.gaps, forks: one.forks, breaks: one.breaks });
  });
}

for (const one of vectors("envelope").cases) {
  test(`envelope: ${one.name}`, async () => {
    const { v: _, device, seq, prev, type, id, body, manifest, ...stamp } = one.parts;
    const env = build({ type, id, body, manifest, stamp }, device, { seq: seq - 1, hash: prev });
    assert.equal(env, one.record.env);
    assert.equal(await sha256Hex(env), one.record.hash);
    assert.ok(await verifies(await publicKey(one.public_key, one.alg), one.record.sig, unhex(one.record.hash)));
    const key = await newSigningKey([one.alg]);
    const { sig, ...ours } = await seal(env, key);
    const { sig: __, ...theirs } = one.record;
    assert.deepEqual(ours, theirs);
    assert.ok(await verifies(await publicKey(key.jwk, key.alg), sig, unhex(ours.hash)));
  });
}

const stamp = { boot: "boot-1", mono_ms: 0, device_time: "2026-12-02T01:30:01.000Z", tz: "+08:00" };
const id = "0193a0b1-0000-7000-8000-00000000d001";
const head = { seq: 0, hash: "0".repeat(64) };
test("an envelope that could not be read back is not signed", () => {
  const parts = { type: "outcome", id, body: {}, manifest: [], stamp } as const;
  const file = { id, sha256: "a".repeat(64), bytes: 1, mime: "image/jpeg" };
  const refused = (change: object) => assert.throws(() => build({ ...parts, ...change } as any, id, head), NotAnEnvelope);
  assert.ok(build({ ...parts, manifest: [file] }, id, head));
  refused({ id: id.toUpperCase() });
  refused({ stamp: { ...stamp, boot: "" } });
  refused({ body: { note: "长".repeat(90_000) } });
  refused({ manifest: [file, file] });
  refused({ manifest: [{ ...file, sha256: "A".repeat(64) }] });
  refused({ manifest: [{ ...file, bytes: -1 }] });
});

const acks = vectors("ack");
for (const one of acks.cases) {
  test(`ack: ${one.name}`, async () => {
    const key = await publicKey(acks.public_key, "Ed25519");
    const device = one.device ?? acks.device;
    if (one.is_believed) assert.equal((await verify(one.document, key, device)).device, device);
    else await assert.rejects(verify(one.document, key, device), NotAnAck);
  });
}

test("a key that never leaves, in both algorithms", async () => {
  for (const alg of ["Ed25519", "ES256"] as const) {
    const key = await newSigningKey([alg]);
    assert.equal(key.key.extractable, false);
    await assert.rejects(crypto.subtle.exportKey("jwk", key.key));
    const message = new TextEncoder().encode("门");
    const theirs = await publicKey(key.jwk, alg);
    assert.ok(await verifies(theirs, await sign(key, message), message));
    assert.ok(!(await verifies(theirs, await sign(key, message), new Uint8Array(1))));
    assert.ok(!(await verifies(theirs, "kurz", message)));
  }
});

test("base64url has one spelling", () => {
  assert.deepEqual(unb64url(b64url(Uint8Array.of(251, 255))), Uint8Array.of(251, 255));
  for (const bad of ["+/8", "a", "AB==", "-_9"]) assert.throws(() => unb64url(bad), NotBase64url);
});

test("canonical text is what is signed", () => assert.equal(canonical({ b: 1, a: "门" }), '{"a":"门","b":1}'));
