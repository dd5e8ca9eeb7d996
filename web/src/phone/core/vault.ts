// How the phone keeps what it holds from whoever picks it up. Two keys:
//   K_dev, which cannot leave this browser, seals what waits to be sent: syncing goes on while the app is locked;
//   K_pin, wrapped by the PIN and by K_dev, seals customers' data and drafts.
// Honest limits: this stops casual reading, other origins and a copied profile; not a rooted phone whose PIN is known.

export const PBKDF2_ROUNDS = 600_000;
const IV_BYTES = 12;
const text = { encode: new TextEncoder(), decode: new TextDecoder() };

/** The PIN is not the one K_pin was wrapped with, or the wrapping was damaged. */
export class WrongPin extends Error {
  override name = "WrongPin";
}

/** K_pin as it is stored. */
export interface Wrapped {
  salt: ArrayBuffer;
  rounds: number;
  sealed: ArrayBuffer;
}

/** Make an AES-256 key that can be used and never read. */
export const newKey = (): Promise<CryptoKey> =>
  crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);

/** Return bytes sealed: twelve random bytes, then AES-256-GCM. */
export async function seal(key: CryptoKey, bytes: BufferSource): Promise<ArrayBuffer> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, bytes));
  const whole = new Uint8Array(IV_BYTES + sealed.length);
  whole.set(iv);
  whole.set(sealed, IV_BYTES);
  return whole.buffer;
}

/** Return the bytes that seal() sealed. Throws OperationError for another key or damaged bytes. */
export function open(key: CryptoKey, sealed: ArrayBuffer): Promise<ArrayBuffer> {
  const iv = new Uint8Array(sealed, 0, IV_BYTES);
  return crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, new Uint8Array(sealed, IV_BYTES));
}

/** Return a JSON value sealed. */
export const sealJson = (key: CryptoKey, value: unknown): Promise<ArrayBuffer> => seal(key, text.encode.encode(JSON.stringify(value)));

/** Return the JSON value that sealJson() sealed. Throws as open(). */
export const openJson = async <T>(key: CryptoKey, sealed: ArrayBuffer): Promise<T> => JSON.parse(text.decode.decode(await open(key, sealed)));

/** Make K_pin; return it ready for use, and wrapped by the PIN and by K_dev. */
export async function newPinKey(pin: string, kDev: CryptoKey): Promise<{ key: CryptoKey; wrapped: Wrapped }> {
  const raw = crypto.getRandomValues(new Uint8Array(32));
  const wrapped = await wrap(raw, pin, kDev);
  const key = await imported(raw);
  raw.fill(0);
  return { key, wrapped };
}

/** Return K_pin. Throws WrongPin. */
export async function unwrap(wrapped: Wrapped, pin: string, kDev: CryptoKey): Promise<CryptoKey> {
  const raw = await rawKey(wrapped, pin, kDev);
  const key = await imported(raw);
  raw.fill(0);
  return key;
}

/** Return K_pin wrapped by another PIN. Throws WrongPin. */
export async function rewrap(wrapped: Wrapped, pin: string, newPin: string, kDev: CryptoKey): Promise<Wrapped> {
  return wrap(await rawKey(wrapped, pin, kDev), newPin, kDev);
}

async function rawKey(wrapped: Wrapped, pin: string, kDev: CryptoKey): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const inner = await open(kDev, wrapped.sealed);
    return new Uint8Array(await open(await derived(pin, wrapped.salt, wrapped.rounds), inner));
  } catch {
    throw new WrongPin();
  }
}

async function wrap(raw: Uint8Array<ArrayBuffer>, pin: string, kDev: CryptoKey): Promise<Wrapped> {
  const salt = crypto.getRandomValues(new Uint8Array(16)).buffer;
  const inner = await seal(await derived(pin, salt, PBKDF2_ROUNDS), raw);
  return { salt, rounds: PBKDF2_ROUNDS, sealed: await seal(kDev, inner) };
}

async function derived(pin: string, salt: ArrayBuffer, rounds: number): Promise<CryptoKey> {
  const known = await crypto.subtle.importKey("raw", text.encode.encode(pin), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds };
  return crypto.subtle.deriveKey(how, known, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

const imported = (raw: BufferSource): Promise<CryptoKey> => crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
