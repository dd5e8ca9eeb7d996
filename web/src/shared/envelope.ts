// The exact bytes that a device signs, and the record that carries them. Twin of sync/envelope.py.
// Source: docs/records.md.

import { canonical, sha256Hex, unhex } from "./canonical";
import type { SigningKey } from "./signature";

/** The types of record a phone writes. */
export type RecordType =
  | "check_in" | "met" | "disclosure" | "outcome" | "promise" | "signed_paper" | "manifest" | "check_out"
  | "plan_event" | "incident" | "correction" | "location";

/** A file that a record binds by its hash. */
export interface FileRef {
  id: string;
  sha256: string;
  bytes: number;
  mime: string;
}

/** The members of an envelope; `body` is that of docs/records.md. */
export interface Parts {
  v: 1;
  device: string;
  seq: number;
  prev: string;
  boot: string;
  mono_ms: number;
  device_time: string;
  tz: string;
  gps_time?: string;
  type: string;
  id: string;
  body: { [member: string]: unknown; visit_id?: string; stop_id?: string };
  manifest: FileRef[];
}

/** The document of the collection `records`. */
export interface SignedRecord {
  id: string;
  env: string;
  hash: string;
  sig: string;
  alg: string;
  device: string;
  seq: number;
  prev: string;
  type: string;
  subject: string;
  device_time: string;
}

/** Most bytes of an envelope. */
export const MAX_ENVELOPE_BYTES = 256 * 1024;

/** Return a moment as envelopes write it: UTC with milliseconds. */
export const writeTime = (at: Date): string => at.toISOString();

/** Return the record that carries the envelope of these parts, signed by a key. Throws NotCanonisable. */
export async function seal(parts: Parts, key: SigningKey): Promise<SignedRecord> {
  const env = canonical(parts);
  const hash = await sha256Hex(env);
  const { id, device, seq, prev, type, device_time } = parts;
  const subject = parts.body.visit_id || parts.body.stop_id || "";
  return { id, env, hash, sig: await key.sign(unhex(hash)), alg: key.alg, device, seq, prev, type, subject, device_time };
}

/** Return the value with typed text freed of what may not travel: control characters, halves of surrogate pairs. */
export function clean(value: unknown): unknown {
  if (typeof value === "string") {
    const lines = value.replaceAll("\r\n", "\n").replaceAll("\r", "\n");
    return lines.replace(/[\u0000-\u0008\u000b-\u001f]/g, "").replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "");
  }
  if (Array.isArray(value)) return value.map(clean);
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [clean(name), clean(part)]));
  }
  return value;
}
