// Acknowledgements: what the server vouches for, signed, so that a phone may delete its own copy. Twin of sync/ack.py.

import { sha256Hex, unhex } from "./canonical";
import type { Head } from "./chain";
import { verifies, type PublicKey } from "./signature";

const DOMAIN = new TextEncoder().encode("doorstep.ack/1\n");
const STATUSES = ["accepted", "quarantined", "superseded", "file_verified"] as const;
export type Status = (typeof STATUSES)[number];

/** The document is no acknowledgement by this server's key. */
export class NotAnAck extends Error {
  override name = "NotAnAck";
}

/** One line: ref is a record's or file's id, hash what the server holds, in hexadecimal. */
export interface Entry {
  ref: string;
  hash: string;
  status: Status;
  verdict: string;
  flags: string[];
  reason_code: string;
}

/** What a verified acknowledgement says; head is the end of the device's unbroken run on the server. */
export interface Ack {
  id: string;
  device: string;
  received_at: string;
  head: Head;
  entries: Entry[];
  log: { size: number; root: string } | null;
}

/** Return what the acknowledgement says once its signature and addressee fit. Throws NotAnAck. */
export async function verify(document: unknown, key: PublicKey, device: string): Promise<Ack> {
  const { ack: text, sig, id } = (typeof document === "object" && document !== null ? document : {}) as Record<string, unknown>;
  if (typeof text !== "string" || typeof sig !== "string") throw new NotAnAck("no signed text");
  const signed = new Uint8Array([...DOMAIN, ...unhex(await sha256Hex(text))]);
  if (!(await verifies(key, sig, signed))) throw new NotAnAck("the signature is not the server's");
  const told = read(text);
  if (told.device !== device) throw new NotAnAck("made for another device");
  if (told.id !== id) throw new NotAnAck("its id is not the signed one");
  return told;
}

function read(text: string): Ack {
  let told: Ack & { v: unknown };
  try {
    told = JSON.parse(text);
  } catch {
    throw new NotAnAck("signed, yet not readable");
  }
  const { v, id, device, received_at, head, entries, log } = told ?? {};
  if (v !== 1 || !head || !Array.isArray(entries) || log === undefined) throw new NotAnAck("a version this one does not read");
  // A newer server may know more statuses; an unknown one is no permission to delete anything, so it is refused.
  if (!entries.every((entry) => STATUSES.includes(entry?.status))) throw new NotAnAck("a status this version does not know");
  return { id, device, received_at, head, entries, log };
}
