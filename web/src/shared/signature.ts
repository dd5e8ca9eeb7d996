// The two algorithms a device may sign with, by the browser's own cryptography. Twin of sync/signature.py.
// Source: RFC 8032 (Ed25519); FIPS 186-5 (ECDSA P-256 with SHA-256, raw r‖s, 64 bytes).

/** An algorithm: Ed25519 where the browser has it, else ES256. */
export type Alg = "Ed25519" | "ES256";

/** A public key as it is sent at enrolment (RFC 7517). */
export interface Jwk {
  kty: string;
  crv: string;
  x: string;
  y?: string;
}

/** Something that signs: a device's key, or a vector's in the tests. */
export interface SigningKey {
  alg: Alg;
  sign(bytes: BufferSource): Promise<string>;
}

const MAKE = { Ed25519: { name: "Ed25519" }, ES256: { name: "ECDSA", namedCurve: "P-256" } } as const;
const USE = { Ed25519: { name: "Ed25519" }, ES256: { name: "ECDSA", hash: "SHA-256" } } as const;

/** Return bytes as base64url without padding. */
export function base64url(bytes: Uint8Array): string {
  return base64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Return bytes as base64 with padding. */
export function base64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

/** Return the bytes of a base64 or base64url text. Throws when it is none. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
}

/** Make a device's key, which no script can read out again, and its public half. */
export async function makeKey(alg: Alg): Promise<{ pair: CryptoKeyPair; jwk: Jwk }> {
  const pair = (await crypto.subtle.generateKey(MAKE[alg], false, ["sign", "verify"])) as CryptoKeyPair;
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  return { pair, jwk: { kty: kty!, crv: crv!, x: x!, ...(y ? { y } : {}) } };
}

/** Return the algorithm this browser signs with. */
export async function bestAlg(): Promise<Alg> {
  return makeKey("Ed25519").then(() => "Ed25519" as const, () => "ES256" as const);
}

/** Return a signer with a private key. */
export function signer(alg: Alg, key: CryptoKey): SigningKey {
  return { alg, sign: async (bytes) => base64url(new Uint8Array(await crypto.subtle.sign(USE[alg], key, bytes))) };
}

/** Tell whether sig is the signature of the bytes by the key of a JWK. Never throws for a signature that is none. */
export async function verifies(sig: string, bytes: BufferSource, key: { alg: Alg; jwk: Jwk }): Promise<boolean> {
  try {
    const imported = await crypto.subtle.importKey("jwk", { ...key.jwk }, MAKE[key.alg], true, ["verify"]);
    return await crypto.subtle.verify(USE[key.alg], imported, fromBase64(sig), bytes);
  } catch {
    return false;
  }
}
