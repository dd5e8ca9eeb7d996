// What a phone makes of the public log: it keeps the proof of each of its records, once verified, and sees when the log
// tells two stories. Nothing here ever stops a sync: what is wrong is kept as a finding. Twin of sync/phone/logbook.py.

import { BadNote, grew, hashInLeaf, includes, readCheckpoint, readVkey, type Checkpoint, type LogKey } from "@shared/tlog";
import type { Store } from "./store";

/** The checkpoints seen so far: size → root in base64. */
type Seen = { [size: string]: string };

/** Verify and keep the proofs in pulled documents of `proofs`; the first proof of a record stays. */
export async function takeProofs(store: Store, documents: any[]): Promise<void> {
  const log = await readVkey((await store.get<string>("log_vkey")) ?? "").catch(() => undefined);
  if (!log) return; // enrolled before there was a log: nothing to compare with
  for (const document of documents) {
    if (document._deleted) continue;
    const note = String(document.checkpoint ?? "");
    for (const finding of await take(store, document, note, log).catch((fault) => [`unreadable: ${(fault as Error).message}`])) {
      await store.finding.put({ finding, note });
    }
  }
}

async function take(store: Store, document: any, note: string, log: LogKey): Promise<string[]> {
  const at = await readCheckpoint(note, log);
  const seen = (await store.get<Seen>("log_seen")) ?? {};
  const fault = await breaks(seen, document, at);
  if (fault) return [fault];
  await store.put({ log_seen: { ...seen, [at.size]: at.root } });
  if (!Array.isArray(document.leaves)) throw new BadNote("no list of leaves");
  const findings: string[] = [];
  for (const one of document.leaves) {
    const wrong = await keep(store, one, at, note);
    if (wrong) findings.push(wrong);
  }
  return findings;
}

/** Return how a checkpoint contradicts those seen before; empty when it goes on from the newest of them. */
async function breaks(seen: Seen, document: any, at: Checkpoint): Promise<string> {
  if (seen[at.size] !== undefined) return seen[at.size] === at.root ? "" : `forked: two roots for the log of ${at.size} leaves`;
  const before = Math.max(0, ...Object.keys(seen).map(Number).filter((size) => size < at.size));
  if (!before) return "";
  if (document.since !== before) return `unlinked: the log of ${at.size} leaves is not shown to grow from that of ${before}`;
  const isGrown = await grew(document.consistency, { size: before, root: seen[before]! }, at);
  return isGrown ? "" : `forked: the log of ${at.size} leaves did not grow from that of ${before}`;
}

/** Keep the proof of one record; return what is wrong with it, empty for nothing. */
async function keep(store: Store, told: any, at: Checkpoint, note: string): Promise<string> {
  const { ref, leaf, index, hashes } = told;
  const record = await store.record.where("id").equals(String(ref)).first();
  if (hashInLeaf(String(leaf)) !== record?.hash) return `another leaf: the log's leaf is not about record ${ref}`;
  if (!(await includes(leaf, { index, proof: hashes }, at))) return `not in the log: the proof of record ${ref} does not lead to the root`;
  await store.transaction("rw", store.proof, async () => {
    if (!(await store.proof.get(record.id))) await store.proof.put({ record: record.id, leaf, index, hashes, checkpoint: note });
  });
  return "";
}
