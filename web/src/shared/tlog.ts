// The public log as a phone checks it: signed checkpoints, that a leaf stands in the log, that the log only grew.
// Twin of sync/tlog.py and sync/leaf.py. Source: RFC 9162 §2.1.3.2 and §2.1.4.2 (the proofs of RFC 6962 §2.1); C2SP signed-note
// and tlog-checkpoint.

import { join, type Bytes } from "./bytes";
import { canonical, hex } from "./canonical";
import { b64, b64url, publicKey, unb64, verifies, type PublicKey } from "./signature";

const MOST_HASHES = 64;
const HASH_BYTES = 32;
const ED25519 = 1;
const KEY_HASH_BYTES = 4;
const text = new TextEncoder();
const LEAF: { [member: string]: RegExp } = {
  c: /^[0-9a-f]{32}$/, h: /^[0-9a-f]{64}$/, k: /^[a-z_]{1,16}$/, p: /^[0-9a-f]{64}$/,
  t: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/,
};

/** The text is no checkpoint, proof or leaf of this log, or its signature is another's. */
export class BadNote extends Error {
  override name = "BadNote";
}

/** The log's name, key and the hash that names the key in a note. */
export interface LogKey {
  origin: string;
  key: PublicKey;
  hash: string;
}

/** The state of a log: number of leaves and root hash (base64). */
export interface Checkpoint {
  size: number;
  root: string;
}

/** Return the log's name and key from a verifier key (name+hash+base64). Throws BadNote. */
export async function readVkey(written: string): Promise<LogKey> {
  const [origin = "", told = "", ...rest] = written.trim().split("+");
  const raw = bytesOf(rest.join("+"));
  const hash = await keyHash(origin, raw);
  if (raw[0] !== ED25519 || raw.length !== HASH_BYTES + 1 || hash !== told) throw new BadNote("not a verifier key");
  const key = await publicKey({ kty: "OKP", crv: "Ed25519", x: b64url(raw.slice(1)) }, "Ed25519");
  return { origin, key, hash };
}

/** Return the checkpoint of a signed note once this log's signature fits; others' are ignored. Throws BadNote. */
export async function readCheckpoint(note: string, log: LogKey): Promise<Checkpoint> {
  const gap = note.indexOf("\n\n");
  if (gap < 0) throw new BadNote("not a note");
  const body = note.slice(0, gap + 1);
  const signed = await Promise.all(note.slice(gap + 2).split("\n").map((line) => isSigned(line, body, log)));
  if (!signed.includes(true)) throw new BadNote("no signature of the log's key");
  const [origin, size = "", root = ""] = body.split("\n");
  if (origin !== log.origin || !/^(0|[1-9]\d{0,15})$/.test(size) || bytesOf(root).length !== HASH_BYTES) throw new BadNote("not a checkpoint of this log");
  return { size: Number(size), root };
}

/** Tell whether the leaf (its text) stands at index in the tree of this size and root (base64). */
export async function includes(leaf: string, { index, proof }: { index: number; proof: string[] }, at: Checkpoint): Promise<boolean> {
  if (!Number.isSafeInteger(index) || index < 0 || index >= at.size || proof.length > MOST_HASHES) return false;
  let node = await sha256(join(Uint8Array.of(0), text.encode(leaf)));
  let [here, last] = [index, at.size - 1];
  for (const other of proof.map(bytesOf)) {
    if (last === 0) return false;
    if (here % 2 || here === last) {
      node = await inner(other, node);
      while (here % 2 === 0 && here) [here, last] = [half(here), half(last)];
    } else node = await inner(node, other);
    [here, last] = [half(here), half(last)];
  }
  return last === 0 && b64(node) === at.root;
}

/** Tell whether the log `now` is the log `old` with leaves appended, and nothing else changed. */
export async function grew(proof: string[], old: Checkpoint, now: Checkpoint): Promise<boolean> {
  if (old.size === now.size) return !proof.length && old.root === now.root;
  if (!(old.size > 0 && old.size < now.size) || !proof.length || proof.length > 2 * MOST_HASHES) return false;
  const hashes = proof.map(bytesOf);
  const path = isPowerOfTwo(old.size) ? [bytesOf(old.root), ...hashes] : hashes;
  let [here, last] = [old.size - 1, now.size - 1];
  while (here % 2) [here, last] = [half(here), half(last)];
  let [before, after] = [path[0]!, path[0]!];
  for (const other of path.slice(1)) {
    if (last === 0) return false;
    if (here % 2 || here === last) {
      [before, after] = [await inner(other, before), await inner(other, after)];
      while (here % 2 === 0 && here) [here, last] = [half(here), half(last)];
    } else after = await inner(after, other);
    [here, last] = [half(here), half(last)];
  }
  return last === 0 && b64(before) === old.root && b64(after) === now.root;
}

/** Return the hash that a leaf of the log tells, in hexadecimal. Throws BadNote. */
export function hashInLeaf(leaf: string): string {
  let told: Record<string, unknown>;
  try {
    told = JSON.parse(leaf);
  } catch {
    throw new BadNote("not a leaf");
  }
  const isWhole = typeof told === "object" && told !== null && Object.keys(told).sort().join("") === "chknpt" && canonical(told) === leaf;
  const fits = isWhole && Number.isSafeInteger(told.n) && (told.n as number) > 0 && Object.entries(LEAF).every(([name, form]) => typeof told[name] === "string" && form.test(told[name] as string));
  if (!fits) throw new BadNote("not a leaf");
  return told.h as string;
}

async function isSigned(line: string, body: string, log: LogKey): Promise<boolean> {
  const [dash, name, encoded] = line.split(" ");
  if (dash !== "—" || name !== log.origin || !encoded) return false;
  try {
    const raw = bytesOf(encoded);
    return hex(raw.slice(0, KEY_HASH_BYTES)) === log.hash && (await verifies(log.key, b64url(raw.slice(KEY_HASH_BYTES)), text.encode(body)));
  } catch {
    return false;
  }
}

function bytesOf(encoded: string): Bytes {
  try {
    const bytes = unb64(encoded);
    if (b64(bytes) === encoded) return bytes;
  } catch {
    // told below
  }
  throw new BadNote("not base64");
}

const keyHash = async (origin: string, raw: Bytes): Promise<string> => hex((await sha256(join(text.encode(`${origin}\n`), raw))).slice(0, KEY_HASH_BYTES));
const inner = (left: Bytes, right: Bytes): Promise<Bytes> => sha256(join(Uint8Array.of(1), left, right));
const sha256 = async (bytes: Bytes): Promise<Bytes> => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
const half = (number: number): number => Math.floor(number / 2); // sizes may pass 2^31
const isPowerOfTwo = (size: number): boolean => Number.isInteger(Math.log2(size));
