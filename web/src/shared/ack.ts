// Acknowledgements: what the server vouches for, signed, so that a phone may delete its own copy. Twin of sync/ack.py.

import { sha256Hex, unhex } from "./canonical";
import type { Head } from "./chain";
import { type Jwk, verifies } from "./signature";

const VERSION = 1;
const DOMAIN = new TextEncoder().encode("doorstep.ack/1\n");
const STATUSES = new Set(["accepted", "quarantined", "superseded", "file_verified"]);

/** What became of one record or file. */
export interface Entry {
  ref: string;
  hash: string;
  status: "accepted" | "quarantined" | "superseded" | "file_verified";
  verdict: string;
  flags: string[];
  reason_code: string;
}

/** What a verified acknowledgement says. */
export interface Ack {
  id: string;
  device: string;
  received_at: string;
  head: Head;
  entries: Entry[];
  log: { size: number; root: string } | null;
}

/** The document is no acknowledgement by this server's key. */
export class NotAnAck extends Error {}

/** Return what the acknowledgement says once its signature and addressee fit. Throws NotAnAck. */
export async function verify(document: unknown, { key, device }: { key: Jwk; device: string }): Promise<Ack> {
  const { id, ack, sig } = (typeof document === "object" && document !== null ? document : {}) as Record<string, unknown>;
  if (typeof ack !== "string" || typeof sig !== "string") throw new NotAnAck("no signed text");
  const signed = new Uint8Array(DOMAIN.length + 32);
  signed.set(DOMAIN);
  signed.set(unhex(await sha256Hex(ack)), DOMAIN.length);
  if (!(await verifies(sig, signed, { alg: "Ed25519", jwk: key }))) throw new NotAnAck("the signature is not the server's");
  const told = read(ack);
  if (told.device !== device) throw new NotAnAck("made for another device");
  if (told.id !== id) throw new NotAnAck("its id is not the signed one");
  return told;
}

function read(text: string): Ack {
  let told: Ack & { v: number };
  try {
    told = JSON.parse(text);
  } catch {
    throw new NotAnAck("signed, yet not readable by this version");
  }
  // A newer server may know more statuses; an unknown one is no permission to delete anything, so it is refused.
  const isRead = told !== null && typeof told === "object" && told.v === VERSION && Array.isArray(told.entries) &&
    typeof told.head?.seq === "number" && told.entries.every(isEntry);
  if (!isRead) throw new NotAnAck("signed, yet not readable by this version");
  return told;
}

function isEntry(told: Entry | null): boolean {
  return told !== null && typeof told === "object" && typeof told.ref === "string" && typeof told.hash === "string" && STATUSES.has(told.status);
}
