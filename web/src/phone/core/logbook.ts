// What a phone keeps of the public log: the proof of each of its records, as it was told.
// Nothing here ever stops a sync. Twin of sync/phone/logbook.py, which also verifies; see docs/phone.md.

import type { ProofRow, Store } from "./store";

/** Keep the proofs in pulled documents of `proofs`; the first proof of a record stays. */
export async function takeProofs(store: Store, documents: any[]): Promise<void> {
  const found: ProofRow[] = documents.flatMap(({ checkpoint, leaves }) =>
    Array.isArray(leaves) && typeof checkpoint === "string"
      ? leaves.map(({ ref, leaf, index, hashes }) => ({ record: String(ref), leaf, index, hashes, checkpoint }))
      : [],
  );
  const known = new Set(await store.proof.toCollection().primaryKeys());
  await store.proof.bulkPut(found.filter(({ record }) => !known.has(record)));
}
