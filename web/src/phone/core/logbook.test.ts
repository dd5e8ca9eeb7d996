// The log as the phone's app checks it, against the same vectors as the reference phone.

import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { test } from "node:test";
import { readVkey } from "@shared/tlog";
import { vectors } from "@shared/vectors";
import { takeProofs } from "./logbook";
import { Store, type RecordRow } from "./store";

const told = vectors("log");
let stores = 0;

async function held(vkey: string): Promise<Store> {
  const store = new Store(`log-${(stores += 1)}`);
  await store.put({ log_vkey: vkey });
  const rows = Object.entries(told.records).map(([id, hash], n) => ({ seq: n + 1, id, hash, subject: "v", type: "outcome", at: "", state: "accepted", reason: "", sealed: new ArrayBuffer(0) }));
  await store.record.bulkAdd(rows as RecordRow[]);
  return store;
}

const kept = async (store: Store) => (await store.proof.toCollection().primaryKeys()).sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)));
const found = async (store: Store) => (await store.finding.toArray()).map(({ finding }) => finding);

for (const one of told.cases) {
  test(`log: ${one.name}`, async () => {
    const store = await held(told.log_vkey);
    await takeProofs(store, one.documents);
    assert.deepEqual(await found(store), one.findings);
    assert.deepEqual(await kept(store), one.kept);
  });
}

test("what cannot be read stops nothing, and is named", async () => {
  const store = await held(told.log_vkey);
  await takeProofs(store, [{ checkpoint: 7 }, { _deleted: true, id: "9" }, { ...told.cases[0].documents[0], leaves: ["x"] }]);
  assert.equal((await found(store)).length, 2);
});

test("without the log's key nothing is compared and nothing is kept", async () => {
  const store = await held("v");
  await takeProofs(store, told.cases[0].documents);
  assert.deepEqual([await found(store), await kept(store)], [[], []]);
  await assert.rejects(readVkey(told.log_vkey.replace("+", "x+")));
});
