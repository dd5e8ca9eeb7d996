// Ids made by whoever creates the thing, sortable by the time of their making. Twin of sync/ids.py.
// Source: RFC 9562 §5.7 (UUID version 7).

import { hex } from "./canonical";

/** How many random bytes a UUIDv7 takes. */
export const RANDOM_BYTES = 10;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Return a version 7 UUID for a Unix time in milliseconds and ten random bytes. Throws RangeError. */
export function uuid7(ms: number, random: Uint8Array): string {
  if (!(Number.isInteger(ms) && ms >= 0 && ms < 2 ** 48)) throw new RangeError(`expected 0 <= ms < 2**48, got ${ms}`);
  if (random.length !== RANDOM_BYTES) throw new RangeError(`expected ${RANDOM_BYTES} random bytes, got ${random.length}`);
  const raw = new Uint8Array(16);
  new DataView(raw.buffer).setUint32(0, Math.floor(ms / 65536));
  new DataView(raw.buffer).setUint16(4, ms % 65536);
  raw.set(random, 6);
  raw[6] = 0x70 | (raw[6]! & 0x0f);
  raw[8] = 0x80 | (raw[8]! & 0x3f);
  return hex(raw).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** Tell whether this is a UUID written the one way we write them: lower case, hyphens. */
export const isUuid = (text: unknown): text is string => typeof text === "string" && UUID.test(text);
