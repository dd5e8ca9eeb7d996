// The envelope of a record: the exact bytes a phone signed, and the document that carries them. Twin of sync/envelope.py.
// Source: docs/records.md, which lists the body of every type.

import { canonical, sha256Hex, unhex } from "./canonical";
import type { Head } from "./chain";
import { isUuid } from "./ids";
import { sign, type Alg, type SigningKey } from "./signature";

export const VERSION = 1;
export const MAX_ENV_BYTES = 256 * 1024;
export const MAX_FILES = 200;
const MAX_NAME = 40;
const SHA256 = /^[0-9a-f]{64}$/;

export type RecordType =
  | "check_in" // 到场
  | "met" // 会见人
  | "disclosure" // 已告知事项
  | "outcome" // 外访结果
  | "promise" // 还款承诺
  | "signed_paper" // 签署文件
  | "manifest" // 照片清单
  | "check_out" // 离开
  | "plan_event" // 行程事件
  | "contact_attempt" // 联系尝试
  | "incident" // 安全事件
  | "correction" // 更正单
  | "location"; // 行踪点

/** The parts make no envelope that could be read back. */
export class NotAnEnvelope extends TypeError {
  override name = "NotAnEnvelope";
}

/** A file bound by a record. */
export interface FileRef {
  id: string;
  sha256: string;
  bytes: number;
  mime: string;
}

/** When a phone says it was: boot session, monotonic ms within it, wall clock, offset shown, GPS time. */
export interface Stamp {
  boot: string;
  mono_ms: number;
  device_time: string;
  tz: string;
  gps_time?: string;
}

/** The document that travels: env is the exact signed string, the rest beside hash, sig and alg are copies. */
export interface SignedRecord {
  id: string;
  env: string;
  hash: string;
  sig: string;
  alg: Alg;
  device: string;
  seq: number;
  prev: string;
  type: string;
  subject: string;
  device_time: string;
}

/** What goes into a record. */
export interface Parts {
  type: RecordType;
  id: string;
  body: Record<string, unknown>;
  manifest: FileRef[];
  stamp: Stamp;
}

/** Return the canonical env string of a record after head. Throws NotCanonisable or NotAnEnvelope. */
export function build(parts: Parts, device: string, head: Head): string {
  const { type, id, body, manifest, stamp } = parts;
  const files = manifest.map(({ id, sha256, bytes, mime }) => ({ id, sha256, bytes, mime }));
  const env = canonical({
    v: VERSION, device, seq: head.seq + 1, prev: head.hash, ...stamp, type, id, body, manifest: files,
  });
  checkNames({ device, id, type, boot: stamp.boot, tz: stamp.tz }, files);
  if (new TextEncoder().encode(env).length > MAX_ENV_BYTES) throw new NotAnEnvelope("the record is too long");
  return env;
}

/** Return the record that carries env, signed with the phone's key. */
export async function seal(env: string, key: SigningKey): Promise<SignedRecord> {
  const told = JSON.parse(env) as SignedRecord & { body: Record<string, unknown> };
  const hash = await sha256Hex(env);
  return {
    id: told.id, env, hash, sig: await sign(key, unhex(hash)), alg: key.alg, device: told.device, seq: told.seq,
    prev: told.prev, type: told.type, subject: subject(told.body), device_time: told.device_time,
  };
}

/** Return the visit a body is about, else the stop, else empty. */
export function subject(body: Record<string, unknown>): string {
  return [body["visit_id"], body["stop_id"]].find((one) => typeof one === "string" && one !== "") as string ?? "";
}

/** Return a time as UTC with milliseconds and Z. */
export const writeTime = (ms: number): string => new Date(ms).toISOString();

function checkNames(told: { device: string; id: string; type: string; boot: string; tz: string }, files: FileRef[]): void {
  if (!isUuid(told.device) || !isUuid(told.id)) throw new NotAnEnvelope("an id is not a UUID in lower case");
  for (const name of [told.type, told.boot, told.tz, ...files.map((file) => file.mime)]) {
    if (name.length < 1 || name.length > MAX_NAME) throw new NotAnEnvelope(`a name of 1 to ${MAX_NAME} characters expected`);
  }
  if (files.length > MAX_FILES) throw new NotAnEnvelope(`more than ${MAX_FILES} files`);
  if (new Set(files.map((file) => file.id)).size !== files.length) throw new NotAnEnvelope("a file is named twice");
  for (const file of files) {
    if (!isUuid(file.id) || !SHA256.test(file.sha256)) throw new NotAnEnvelope("a file lacks id or hash");
    if (!Number.isSafeInteger(file.bytes) || file.bytes < 0) throw new NotAnEnvelope("a file has no length");
  }
}
