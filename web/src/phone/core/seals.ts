// What lies on the phone lies sealed. Two keys: the device's, always at hand, for what must be sent even while the app is
// locked; and the key under the PIN, for customers' data and drafts. Neither can be read out by a script.
// Source: docs/phone.md, "At rest". Stops casual reading and copied files, not a rooted phone with the PIN.

import type { Sealed, Store } from "./store";

const PBKDF2_ROUNDS = 600_000;
const NONCE_BYTES = 12;
const WRONG_BEFORE_DELAY = 5;
const WRONG_BEFORE_LOSS = 10;
const DELAY_MS = 30_000;
const AES = { name: "AES-GCM", length: 256 } as const;
const text = new TextEncoder();
const reader = new TextDecoder();

/** The PIN is not the right one. `left` tries remain; `waitMs` says how long to wait before the next. */
export class WrongPin extends Error {
  constructor(readonly left: number, readonly waitMs: number) {
    super(`wrong PIN, ${left} tries left`);
  }
}

/** Customers' data were deleted after too many wrong PINs; what was not sent is still here. */
export class PinLost extends Error {}

/** Seal bytes: a fresh nonce, then AES-GCM. */
export async function sealBytes(key: CryptoKey, bytes: BufferSource): Promise<Sealed> {
  const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const closed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, bytes);
  const whole = new Uint8Array(NONCE_BYTES + closed.byteLength);
  whole.set(iv);
  whole.set(new Uint8Array(closed), NONCE_BYTES);
  return whole.buffer;
}

/** Open what sealBytes closed. Throws for another key or damaged bytes. */
export function openBytes(key: CryptoKey, sealed: Sealed): Promise<ArrayBuffer> {
  const iv = new Uint8Array(sealed, 0, NONCE_BYTES);
  return crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, new Uint8Array(sealed, NONCE_BYTES));
}

/** Seal a JSON value. */
export const sealJson = (key: CryptoKey, value: unknown): Promise<Sealed> => sealBytes(key, text.encode(JSON.stringify(value)));

/** Open a sealed JSON value. */
export async function openJson<T>(key: CryptoKey, sealed: Sealed): Promise<T> {
  return JSON.parse(reader.decode(await openBytes(key, sealed))) as T;
}

/** Return the device's own key, making it the first time. */
export async function deviceKey(store: Store): Promise<CryptoKey> {
  const kept = await store.keys.get("seal");
  if (kept) return kept.key as CryptoKey;
  const made = await crypto.subtle.generateKey(AES, false, ["encrypt", "decrypt"]);
  await store.transaction("rw", store.keys, async () => {
    if (!(await store.keys.get("seal"))) await store.keys.put({ name: "seal", key: made });
  });
  return (await store.keys.get("seal"))!.key as CryptoKey;
}

async function pinKey(pin: string, salt: BufferSource): Promise<CryptoKey> {
  const typed = await crypto.subtle.importKey("raw", text.encode(pin), "PBKDF2", false, ["deriveKey"]);
  const rule = { name: "PBKDF2", hash: "SHA-256", salt, iterations: PBKDF2_ROUNDS };
  return crypto.subtle.deriveKey(rule, typed, AES, false, ["encrypt", "decrypt"]);
}

interface Wrapped {
  salt: ArrayBuffer;
  wrapped: Sealed;
}

/** Set the PIN of a phone that has none; returns the key under it. */
export async function setPin(store: Store, pin: string): Promise<CryptoKey> {
  const raw = crypto.getRandomValues(new Uint8Array(32));
  await wrap(store, pin, raw);
  return importKey(raw);
}

/** Change the PIN; what is sealed stays as it is. Throws WrongPin or PinLost. */
export async function changePin(store: Store, { from, to, now }: { from: string; to: string; now: number }): Promise<void> {
  await wrap(store, to, new Uint8Array(await unwrap(store, from, now)));
}

/** Return the key under the PIN. Throws WrongPin, after five wrong ones with a wait, or PinLost after ten. */
export async function unlock(store: Store, pin: string, now: number): Promise<CryptoKey> {
  return importKey(await unwrap(store, pin, now));
}

async function wrap(store: Store, pin: string, raw: Uint8Array<ArrayBuffer>): Promise<void> {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const once = await sealBytes(await pinKey(pin, salt), raw);
  const wrapped = await sealBytes(await deviceKey(store), once);
  await store.put({ pin: { salt: salt.buffer, wrapped } satisfies Wrapped, wrong: 0 });
}

async function unwrap(store: Store, pin: string, now: number): Promise<ArrayBuffer> {
  const kept = await store.get<Wrapped>("pin");
  if (!kept) throw new PinLost();
  const wrong = (await store.get<number>("wrong")) ?? 0;
  const until = (await store.get<number>("wrong_until")) ?? 0;
  if (until > now && until - now <= DELAY_MS * 2 ** WRONG_BEFORE_DELAY) throw new WrongPin(WRONG_BEFORE_LOSS - wrong, until - now);
  // Counted before it is tried: who kills the app in between has used his try.
  const wait = wrong + 1 >= WRONG_BEFORE_DELAY ? DELAY_MS * 2 ** (wrong + 1 - WRONG_BEFORE_DELAY) : 0;
  await store.put({ wrong: wrong + 1, wrong_until: now + wait });
  try {
    const once = await openBytes(await deviceKey(store), kept.wrapped);
    const raw = await openBytes(await pinKey(pin, kept.salt), once);
    await store.put({ wrong: 0, wrong_until: 0 });
    return raw;
  } catch {
    if (wrong + 1 >= WRONG_BEFORE_LOSS) {
      await store.state.bulkDelete(["pin", "wrong", "wrong_until"]);
      await store.forgetDocuments();
      await store.drafts.clear();
      throw new PinLost();
    }
    throw new WrongPin(WRONG_BEFORE_LOSS - wrong - 1, wait);
  }
}

const importKey = (raw: BufferSource) => crypto.subtle.importKey("raw", raw, AES, false, ["encrypt", "decrypt"]);
