// The dossier's part of the public log: every leaf under its one signed checkpoint, the case's own chain without a gap.
// Twin of sync/verify_log.py. Source: C2SP tlog-proof, tlog-checkpoint.

import { hex, sha256Hex, unhex } from "@shared/canonical";
import { hashInLeaf, includes, readCheckpoint, readVkey, type Checkpoint, type LogKey } from "@shared/tlog";
import type { Bag, Index } from "./dossier";

const PROOF = "c2sp.org/tlog-proof@v1";
const TAG = new TextEncoder().encode("doorstep.case-tag/1");
interface Leaf { c: string; n: number; p: string }

/** Yield what is wrong; records maps the id of those that say they are in the log to their hash. */
export async function* logFaults(bag: Bag, index: Index, records: Map<string, string>): AsyncGenerator<string> {
  const log = await readVkey(await bag.words("data/log/log.vkey"));
  const head = await readCheckpoint(await bag.words("data/log/checkpoint"), log);
  const expected = new Map(records);
  for (const paper of index.papers) expected.set(String(paper.serial), await sha256Hex(await bag.read(`data/${paper.path}`)));
  for (const one of index.extra) {
    const name = `attached-${String(index.about?.index_serial)}-${one.path}`; // attached_name of sync/dossier.py
    if (index.leaves?.includes(name)) expected.set(name, await sha256Hex(await bag.read(`data/${one.path}`)));
  }
  const tag = index.case_key ? await caseTag((await bag.words("data/case.key")).trim()) : null;
  const told = new Map<number, { leaf: Leaf; text: string } | null>();
  for (const name of new Set([...records.keys(), ...(index.leaves ?? [])])) {
    try {
      const leaf = await leafOf(bag, name, head, log);
      const one = JSON.parse(leaf) as Leaf;
      if (expected.has(name) && hashInLeaf(leaf) !== expected.get(name)) yield `${name}: the log's leaf names another hash`;
      else if (tag && one.c !== tag && expected.has(name)) yield `${name}: its leaf is not of this case`;
      if (tag && one.c === tag) told.set(one.n, told.has(one.n) ? null : { leaf: one, text: leaf });
    } catch (fault) {
      yield `${name}: ${(fault as Error).message}`;
    }
  }
  if (tag) yield* caseChain(told);
}

async function leafOf(bag: Bag, name: string, head: Checkpoint, log: LogKey): Promise<string> {
  const leaf = await bag.words(`data/log/${name}.leaf`);
  const proof = await bag.words(`data/log/${name}.tlog-proof`);
  const gap = proof.indexOf("\n\n");
  const [form, place, ...hashes] = proof.slice(0, gap).split("\n");
  const index = /^index (\d+)$/.exec(place ?? "")?.[1];
  if (form !== PROOF || !index || gap < 0) throw new Error("not a proof");
  const at = await readCheckpoint(proof.slice(gap + 2), log);
  if (at.size !== head.size || at.root !== head.root) throw new Error("its proof is under another checkpoint");
  if (!(await includes(leaf, { index: Number(index), proof: hashes }, at))) throw new Error("not in the log of its checkpoint");
  return leaf;
}

async function* caseChain(told: Map<number, { leaf: Leaf; text: string } | null>): AsyncGenerator<string> {
  let before: string | null = "0".repeat(64); // BEFORE_FIRST of sync/leaf.py
  for (let number = 1; number <= Math.max(0, ...told.keys()); number++) {
    const one = told.get(number);
    if (one === undefined) yield `leaf ${number} of the case's chain was left out`;
    else if (one === null) yield `leaf ${number} of the case's chain is there twice`;
    else if (before !== null && one.leaf.p !== before) yield `leaf ${number} of the case's chain does not follow leaf ${number - 1}`;
    before = one ? await leafHash(one.text) : null;
  }
}

const leafHash = (leaf: string): Promise<string> => sha256Hex(new Uint8Array([0, ...new TextEncoder().encode(leaf)]));

/** Return the tag that leaves of a case bear. Source: sync/leaf.py. */
async function caseTag(key: string): Promise<string> {
  const mac = await crypto.subtle.importKey("raw", unhex(key), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return hex(new Uint8Array(await crypto.subtle.sign("HMAC", mac, TAG))).slice(0, 32);
}
