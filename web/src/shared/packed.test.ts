// Packing a push, held to the same vectors as Python.

import assert from "node:assert/strict";
import { test } from "node:test";
import { verify } from "./ack";
import type { SignedRecord } from "./envelope";
import { pack, unpackAck, unpackEnv } from "./packed";
import { publicKey } from "./signature";
import { vectors } from "./vectors";

const { records, packed, ack } = vectors("packed") as { records: SignedRecord[]; packed: string; ack: any };

test("a push is packed as the server unpacks it", () => assert.equal(pack(records), packed));

test("each packed line comes out as it was signed", () => {
  const lines = packed.split("\n").slice(1, 1 + records.length);
  const hashes: string[] = [];
  for (const [i, line] of lines.entries()) {
    assert.equal(unpackEnv(line, hashes), records[i]!.env);
    hashes.push(records[i]!.hash);
  }
});

test("what cannot be packed without loss is not packed", () => {
  assert.equal(pack([]), undefined);
  assert.equal(pack([{ ...records[0]!, env: '{\n"a":1}' }]), undefined);
  assert.equal(pack([records[0]!, { ...records[1]!, alg: "ES256" }]), undefined);
});

test("an acknowledgement travels short and is signed in full", async () => {
  const restored = unpackAck(ack.travels, records);
  assert.deepEqual(restored, ack.signed);
  const told = await verify(restored, await publicKey(ack.key, "Ed25519"), records[0]!.device);
  assert.deepEqual(told.entries.map(({ ref }) => ref), records.map(({ id }) => id));
  assert.equal(unpackAck(ack.travels, records.slice(1)), ack.travels);
  assert.equal(unpackAck(ack.signed, records), ack.signed);
  assert.equal(unpackAck(null, records), null);
});
