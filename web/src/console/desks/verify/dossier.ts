// What a dossier shows, looked at in the browser alone: a twin in words of sync/verify.py for what TypeScript can check.
// Source: docs/records.md; the layout is told in sync/dossier.py.

import { sha256Hex, unhex } from "@shared/canonical";
import { inspect, type Link } from "@shared/chain";
import { publicKey, verifies, type Alg, type PublicKey } from "@shared/signature";
import { logFaults } from "./log";
import { Zip } from "./zip";

/** One thing that was looked at; found tells what was found, line by line. */
export interface Check { name: CheckName; ok: boolean; found: string[] }
export type CheckName = "archive" | "bag" | "completeness" | "records" | "signatures" | "chain" | "files" | "log";
/** What was looked at in a dossier, and what it says it is about. */
export interface Looked { checks: Check[]; about: Record<string, unknown>; vkey: string; devices: string[] }

interface Line { id?: string; path: string; hash?: string; sig?: string; alg?: Alg; device?: string; record?: string; serial?: string; in_log?: boolean }
export interface Index { v?: number; about?: Record<string, unknown>; records: Line[]; files: Line[]; papers: Line[]; extra: Line[]; leaves?: string[]; log?: boolean; case_key?: boolean; stamps?: { size?: number }[] }
interface Told { id: string; device: string; seq: number; prev: string; manifest: { id: string; sha256: string }[] }
interface Entry { line: Line; bytes: Uint8Array<ArrayBuffer>; digest: string; told: Told | null }

const text = new TextDecoder();
const TAGS = ["README.txt", "bag-info.txt", "bagit.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"];

/** The opened bag: files by their path below its one folder. */
export class Bag {
  constructor(private readonly zip: Zip, private readonly root: string) {}
  get paths(): Set<string> { return new Set(this.zip.paths.map((path) => path.slice(this.root.length))); }
  read(path: string) { return this.zip.file(this.root + path); }
  async words(path: string) { return text.decode(await this.read(path)); }
  async json(path: string): Promise<unknown> { return JSON.parse(await this.words(path)); }
}

/** Look at everything in a dossier; tell hears how far it is, 0 to 1. Never throws for what is in the file. */
export async function look(bytes: Uint8Array<ArrayBuffer>, tell: (share: number) => void = () => {}): Promise<Looked> {
  try {
    const zip = Zip.read(bytes);
    const roots = new Set(zip.paths.map((path) => `${path.split("/")[0]}/`));
    if (roots.size !== 1) throw new Error("one folder expected");
    const bag = new Bag(zip, [...roots][0]!);
    const index = (await bag.json("data/index.json")) as Index;
    return await lookAt(bag, index, tell);
  } catch (fault) {
    return { checks: [{ name: "archive", ok: false, found: [String((fault as Error).message ?? fault)] }], about: {}, vkey: "", devices: [] };
  }
}

async function lookAt(bag: Bag, index: Index, tell: (share: number) => void): Promise<Looked> {
  const keys = await keysOf(bag);
  const hashes = await manifest(bag);
  const bagCheck = await check("bag", bagFaults(bag, hashes, tell), `${hashes.size}`);
  const entries = await Promise.all(index.records.map((line) => entryOf(bag, line)));
  const checks = [
    bagCheck,
    await check("completeness", strays(bag, index), `${bag.paths.size}`),
    await check("records", recordFaults(entries), `${entries.length}`),
    await check("signatures", signatureFaults(entries, keys), `${entries.length}`),
    await chainCheck(entries),
    await check("files", fileFaults(bag, index, entries), `${index.files.length}`),
    ...(index.log ? [await check("log", logFaults(bag, index, new Map(entries.filter((one) => one.line.in_log).map((one) => [one.line.id!, one.digest]))), `${index.leaves?.length ?? 0}`)] : []),
  ];
  const vkey = index.log ? (await bag.words("data/log/log.vkey")).trim() : "";
  return { checks, about: index.about ?? {}, vkey, devices: [...keys.keys()] };
}

async function check(name: CheckName, faults: AsyncIterable<string>, good: string): Promise<Check> {
  const found: string[] = [];
  try {
    for await (const fault of faults) if (found.length < 50) found.push(fault);
  } catch (fault) {
    found.push(String((fault as Error).message ?? fault));
  }
  return { name, ok: !found.length, found: found.length ? found : [good] };
}

async function keysOf(bag: Bag): Promise<Map<string, PublicKey>> {
  const listed = (await bag.json("data/device-keys.json")) as Record<string, { alg: Alg; jwk: JsonWebKey }>;
  return new Map(await Promise.all(Object.entries(listed).map(async ([device, key]) => [device, await publicKey(key.jwk, key.alg)] as const)));
}

async function entryOf(bag: Bag, line: Line): Promise<Entry> {
  const bytes = await bag.read(`data/${line.path}`);
  let told: Told | null = null;
  try { told = JSON.parse(text.decode(bytes)) as Told; } catch { /* told by the check of records */ }
  return { line, bytes, digest: await sha256Hex(bytes), told };
}

async function manifest(bag: Bag): Promise<Map<string, string>> {
  const told = new Map<string, string>();
  for (const name of ["manifest-sha256.txt", "tagmanifest-sha256.txt"]) {
    for (const line of (await bag.words(name)).split("\n").filter(Boolean)) {
      const [, digest, path] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
      if (!digest || told.has(path!)) throw new Error(`${name}: ${line.slice(0, 80)}`);
      told.set(path!, digest);
    }
  }
  return told;
}

async function* bagFaults(bag: Bag, hashes: Map<string, string>, tell: (share: number) => void) {
  let done = 0;
  for (const [path, digest] of hashes) {
    if (!bag.paths.has(path)) yield `${path} is missing`;
    else if ((await sha256Hex(await bag.read(path))) !== digest) yield `${path} was changed`;
    tell(++done / hashes.size);
  }
  for (const path of bag.paths) if (path.startsWith("data/") && !hashes.has(path)) yield `${path} is in no manifest`;
}

async function* strays(bag: Bag, index: Index) {
  const listed = new Set([...index.records, ...index.files, ...index.papers, ...index.extra].map((one) => `data/${one.path}`));
  const derived = new Set(["data/index.json", "data/device-keys.json", ...(index.case_key ? ["data/case.key"] : []), ...(index.log ? ["data/log/checkpoint", "data/log/log.vkey"] : []), ...TAGS]);
  for (const { id, device } of index.records) for (const path of [`signatures/${id}.sig`, `device-keys/${device}.pem`]) derived.add(`data/${path}`);
  for (const name of [...index.records.map((one) => one.id), ...(index.leaves ?? [])]) for (const end of ["leaf", "tlog-proof"]) derived.add(`data/log/${name}.${end}`);
  const stamp = /^data\/log\/stamp-\d+\.(checkpoint|tsr|consistency)$/; // read by doorstep verify, see the page's limits
  for (const path of bag.paths) if (!listed.has(path) && !derived.has(path) && !stamp.test(path)) yield `${path} is not in the index`;
  for (const path of listed) if (!bag.paths.has(path)) yield `${path} is in the index but missing`;
}

async function* recordFaults(entries: Entry[]) {
  for (const { line, digest, told } of entries) {
    if (!told) yield `${line.id}: not a record`;
    else if (digest !== line.hash) yield `${line.id}: its bytes have another hash`;
    else if (told.id !== line.id || told.device !== line.device) yield `${line.id}: says it is another record`;
  }
}

async function* signatureFaults(entries: Entry[], keys: Map<string, PublicKey>) {
  for (const { line, digest } of entries) {
    const key = keys.get(line.device ?? "");
    if (!key) yield `${line.id}: no key of its device`;
    else if (key.alg !== line.alg || !(await verifies(key, line.sig ?? "", unhex(digest)))) yield `${line.id}: the signature is not by the device's key`;
  }
}

async function chainCheck(entries: Entry[]): Promise<Check> {
  const [faults, notes]: [string[], string[]] = [[], []];
  for (const device of new Set(entries.flatMap((one) => (one.told ? [one.told.device] : [])))) {
    const links: Link[] = entries.filter((one) => one.told?.device === device).map((one) => ({ seq: one.told!.seq, prev: one.told!.prev, hash: one.digest }));
    const report = await inspect(links, device);
    faults.push(...report.forks.map((seq) => `${device}: two records at place ${seq}`), ...report.breaks.map((seq) => `${device}: record ${seq} does not follow the one before`));
    notes.push(`${device.slice(-8)}: ${links.length}${report.gaps.length ? ` (${report.gaps.map(([a, b]) => `${a}–${b}`).join(", ")} …)` : ""}`);
  }
  return { name: "chain", ok: !faults.length, found: faults.length ? faults : notes };
}

async function* fileFaults(bag: Bag, index: Index, entries: Entry[]) {
  const signed = new Map(entries.flatMap((one) => (one.told?.manifest ?? []).map((file) => [`${one.line.id}/${file.id}`, file.sha256] as const)));
  for (const file of index.files) {
    const expected = signed.get(`${file.record}/${file.id}`);
    if (!expected) yield `${file.path}: no signed manifest binds it`;
    else if ((await sha256Hex(await bag.read(`data/${file.path}`))) !== expected) yield `${file.path}: not the bytes the signed manifest names`;
  }
  const held = new Set(index.files.map((file) => file.id));
  for (const key of signed.keys()) if (!held.has(key.split("/")[1])) yield `file ${key.split("/")[1]} is in a signed manifest but not here`;
}
