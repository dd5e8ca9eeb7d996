// The chain that ties the records of one device together, so that a missing or exchanged one shows.
// Twin of sync/chain.py: records may come in any order and more than once; nothing here depends on a clock.

import { sha256Hex } from "./canonical";

/** What a record says about its place: seq counts from 1, prev and hash are hexadecimal SHA-256. */
export interface Link {
  seq: number;
  prev: string;
  hash: string;
}

/** The last record of an unbroken run from the beginning; seq 0 before the first. */
export interface Head {
  seq: number;
  hash: string;
}

/** gaps are inclusive runs of missing seqs; forks seqs held twice; breaks seqs whose prev is not the record before. */
export interface ChainReport {
  head: Head;
  gaps: [number, number][];
  forks: number[];
  breaks: number[];
}

/** Return the prev of the first record of a device. */
export const genesis = (owner: string): Promise<string> => sha256Hex(`doorstep.chain/1:${owner}`);

/** Return the head of a chain that has no record yet. */
export const start = async (owner: string): Promise<Head> => ({ seq: 0, hash: await genesis(owner) });

/** Return the hash of a link whose payload does not name its predecessor itself. */
export const linkHash = (prev: string, payload: string): Promise<string> => sha256Hex(`doorstep.link/1:${prev}:${payload}`);

/** Return the head after taking, from links in any order, every one that continues the unbroken run. */
export function advance(head: Head, links: Iterable<Link>): Head {
  const byPlace = new Map<string, Link>();
  for (const link of [...links].sort((a, b) => -compare(a, b))) byPlace.set(`${link.seq}/${link.prev}`, link);
  let at = head;
  for (let after; (after = byPlace.get(`${at.seq + 1}/${at.hash}`)); ) at = { seq: after.seq, hash: after.hash };
  return at;
}

/** Report gaps, forks and breaks of one owner's links, given in any order; repeated equal links count once. */
export async function inspect(links: Iterable<Link>, owner: string): Promise<ChainReport> {
  const known = [...new Map([...links].map((link) => [`${link.seq}/${link.prev}/${link.hash}`, link])).values()].sort(compare);
  const origin = await start(owner);
  const hashes = new Set([...known.map((link) => `${link.seq}/${link.hash}`), `0/${origin.hash}`]);
  const seqs = [0, ...new Set(known.map((link) => link.seq))].sort((a, b) => a - b);
  const has = new Set(seqs);
  return {
    head: advance(origin, known),
    gaps: seqs.slice(1).flatMap((seq, i) => (seq > seqs[i]! + 1 ? [[seqs[i]! + 1, seq - 1] as [number, number]] : [])),
    forks: seqs.filter((seq) => known.filter((link) => link.seq === seq).length > 1),
    breaks: seqs.filter((seq) =>
      known.some((link) => link.seq === seq && has.has(seq - 1) && !hashes.has(`${seq - 1}/${link.prev}`)),
    ),
  };
}

function compare(a: Link, b: Link): number {
  return a.seq - b.seq || order(a.prev, b.prev) || order(a.hash, b.hash);
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
