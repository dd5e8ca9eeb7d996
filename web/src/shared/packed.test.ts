// Packing a push, held to the same vectors as Python.

import assert from "node:assert/strict";
import { test } from "node:test";
import { verify } from "./ack";
import type { SignedRecord } from "./envelope";
import { Reader, Writer } from "./naming";
import { pack, unpackAck } from "./packed";
import { byColumn, byPoint } from "./pen";
import { b64, publicKey, unb64 } from "./signature";
import { vectors } from "./vectors";

interface Run { records: SignedRecord[]; bytes: string }
const { more, ack, ...first } = vectors("packed") as Run & { more: Run; ack: any };
const { records } = first;

for (const [name, run] of Object.entries({ first, more })) {
  test(`a push is packed as the server unpacks it: ${name}`, () => assert.equal(b64(pack(run.records)!), run.bytes));

  test(`each packed line comes out as it was signed: ${name}`, () => {
    const [lines, tail] = parts(unb64(run.bytes), run.records.length);
    const reader = new Reader(tail);
    for (const [i, line] of lines.entries()) {
      assert.equal(reader.read(byPoint(line), run.records[i]!.hash), run.records[i]!.env);
    }
  });
}

test("what cannot be packed without loss is not packed", () => {
  assert.equal(pack([]), undefined);
  assert.equal(pack([{ ...records[0]!, env: '{\n"a":1}' }]), undefined);
  assert.equal(pack([records[0]!, { ...records[1]!, alg: "ES256" }]), undefined);
  assert.equal(pack([{ ...records[0]!, sig: "not base64url" }]), undefined);
  assert.equal(pack([{ ...records[0]!, sig: "YQ" }]), undefined);
  assert.equal(pack([{ ...records[0]!, env: "[[1,2,3],[4,5,6]],7" }]), undefined); // columns that would go on
});

test("whatever is written comes out again", () => {
  const random = seeded(7);
  const below = (n: number) => Math.floor(random() * n);
  const digits = (n: number) => Array.from({ length: n }, () => below(16).toString(16)).join("");
  const ids = Array.from({ length: 1_100 }, () => `${digits(8)}-${digits(4)}-7${digits(3)}-${"89ab"[below(4)]}${digits(3)}-${digits(12)}`);
  const hashes = Array.from({ length: 20 }, () => digits(64));
  const word = [
    () => ids[below(random() < 0.5 ? 10 : ids.length)]!,
    () => hashes[below(hashes.length)]!,
    () => new Date(Date.UTC(1000 + below(2000), 0, 1) + below(4e10)).toISOString(),
    () => `2026-02-${29 + below(3)}T${22 + below(4)}:00:00.000Z`,
    () => '"' + ids[below(3)]! + "1",
    () => "承诺",
  ];
  const writer = new Writer();
  const texts = Array.from({ length: 400 }, () =>
    JSON.stringify(Array.from({ length: below(12) }, () => (random() < 0.2 ? [[below(9), -below(9), 3], [1, 2, 3]] : word[below(word.length)]!()))),
  );
  const own = texts.map((_, i) => hashes[i] ?? digits(64));
  const lines = texts.map((text, i) => byColumn(writer.write(text, own[i]!)));
  const reader = new Reader(writer.tail);
  for (const [i, line] of lines.entries()) assert.equal(reader.read(byPoint(line), own[i]!), texts[i]);
  const length = (some: string[]) => some.join("").length;
  assert.ok(length(lines) + writer.tail.length < length(texts) * 0.8);
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

/** Return the lines of a packed push and the bytes its names are made of. */
function parts(body: Uint8Array, count: number): [string[], Uint8Array] {
  const end = body.findIndex((byte, i) => byte === 10 && body[i + 1] === 10);
  return [new TextDecoder().decode(body.subarray(0, end)).split("\n").slice(1), body.subarray(end + 2, -64 * count)];
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}
