// The last resort (导出文件): what exists only on this phone, in one file that nobody but its server's keeper can open.
// Sealed to the key that signs acknowledgements. Twin of sync/phone/export.py, which reads it.
// Source: RFC 7748 (X25519, the Montgomery u of an Edwards point), RFC 5869 (HKDF), NIST SP 800-38D (AES-GCM).

import { join, type Bytes } from "@shared/bytes";
import { b64, unb64url } from "@shared/signature";
import type { Outbox } from "./outbox";
import type { Session } from "./session";
import type { MediaRow, RecordRow, Store } from "./store";
import { open } from "./vault";

const MAGIC = new TextEncoder().encode("doorstep.export/2\n");
const P = 2n ** 255n - 19n;
const BASE = 9n;

/** Return the export of everything the server has not acknowledged; the store stays as it is. Throws NotEnrolled. */
export async function exportUnsent(store: Store, session: Session, outbox: Outbox): Promise<Blob> {
  const rows = (await store.record.orderBy("seq").toArray()).filter((row) => row.state !== "accepted");
  return exportOf(rows, await store.media.toArray(), store, session, outbox);
}

/** Return the export of some records and, of some files, those the server has not verified. Throws NotEnrolled. */
export async function exportOf(rows: RecordRow[], media: MediaRow[], store: Store, session: Session, outbox: Outbox): Promise<Blob> {
  const { device } = await session.signer();
  const to = unb64url((await store.get<JsonWebKey>("ack_key"))!.x!);
  const kDev = await session.deviceKey();
  const files = [];
  for (const { id, sha256, bytes, mime, state, has_bytes } of media) {
    const kept = has_bytes && state !== "verified" && state !== "draft" ? await store.bytes.get(id) : undefined;
    if (kept) files.push({ id, sha256, bytes, mime, content: b64(new Uint8Array(await open(kDev, kept.sealed))) });
  }
  const told = { device, records: await outbox.opened(rows), files };
  return new Blob([await sealTo(to, new TextEncoder().encode(JSON.stringify(told)), crypto.getRandomValues(new Uint8Array(32)))]);
}

/** Return bytes that only the holder of the Ed25519 key with public half `to` can open; `once` is 32 secret bytes. */
export async function sealTo(to: Bytes, plain: Bytes, once: Bytes): Promise<Bytes> {
  const head = join(MAGIC, x25519(once, BASE));
  const shared = await crypto.subtle.importKey("raw", x25519(once, montgomery(to)), "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: join(head, to), info: MAGIC };
  const key = await crypto.subtle.deriveKey(how, shared, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  // The key is used once, so the nonce may be zero.
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv: new Uint8Array(12), additionalData: head }, key, plain);
  return join(head, new Uint8Array(sealed));
}

/** Return the X25519 product of a scalar and a u-coordinate. Slow and not constant in time: for a key used once, here. */
export function x25519(scalar: Bytes, u: bigint): Bytes {
  const k = Uint8Array.from(scalar);
  k[0]! &= 248;
  k[31] = (k[31]! & 127) | 64;
  const bits = number(k);
  let [x2, z2, x3, z3] = [1n, 0n, u, 1n];
  for (let t = 254n; t >= 0n; t -= 1n) {
    const isSet = (bits >> t) & 1n;
    if (isSet) [x2, z2, x3, z3] = [x3, z3, x2, z2];
    const [a, b, c, d] = [mod(x2 + z2), mod(x2 - z2), mod(x3 + z3), mod(x3 - z3)];
    const [aa, bb, da, cb] = [mod(a * a), mod(b * b), mod(d * a), mod(c * b)];
    const e = mod(aa - bb);
    [x3, z3] = [mod((da + cb) ** 2n), mod(u * mod((da - cb) ** 2n))];
    [x2, z2] = [mod(aa * bb), mod(e * (aa + 121665n * e))];
    if (isSet) [x2, z2, x3, z3] = [x3, z3, x2, z2];
  }
  return bytes(mod(x2 * power(z2, P - 2n)));
}

/** Return the X25519 coordinate of the same secret as an Ed25519 public key: u = (1 + y) / (1 - y). */
export function montgomery(edwards: Bytes): bigint {
  const y = number(edwards) & ((1n << 255n) - 1n);
  return mod((1n + y) * power(mod(1n - y), P - 2n));
}

const mod = (value: bigint): bigint => ((value % P) + P) % P;

function power(base: bigint, exponent: bigint): bigint {
  let [result, square] = [1n, base];
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = mod(result * square);
    square = mod(square * square);
  }
  return result;
}

const number = (littleEndian: Bytes): bigint => littleEndian.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
const bytes = (value: bigint): Bytes => Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
