// Signatures a phone makes with a key that never leaves it, and the server checks. Twin of sync/signature.py.
// Ed25519 where the browser has it, else ES256 (ECDSA P-256 with SHA-256, written as raw r‖s). Keys travel as JWK.
// Source: RFC 8032 (Ed25519); RFC 7518 §3.4 (ES256); RFC 8037 (OKP keys in JWK).

export type Alg = "Ed25519" | "ES256";

const SIGNATURE_BYTES = 64;
const B64URL = /^[A-Za-z0-9_-]*$/;
const MADE: Record<Alg, AlgorithmIdentifier | EcKeyGenParams> = {
  Ed25519: { name: "Ed25519" },
  ES256: { name: "ECDSA", namedCurve: "P-256" },
};
const USED: Record<Alg, AlgorithmIdentifier | EcdsaParams> = {
  Ed25519: { name: "Ed25519" },
  ES256: { name: "ECDSA", hash: "SHA-256" },
};

/** The text is no base64url as we write it. */
export class NotBase64url extends TypeError {}

/** A key pair whose private half cannot be read, only used; jwk is the public half with its required members only. */
export interface SigningKey {
  alg: Alg;
  key: CryptoKey;
  jwk: JsonWebKey;
}

/** The public half of a phone's or server's key. */
export interface PublicKey {
  alg: Alg;
  key: CryptoKey;
}

/** Return bytes as base64. */
export function b64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}

/** Return the bytes of base64. Throws DOMException for anything else. */
export const unb64 = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));

/** Return bytes as base64url without padding. */
export const b64url = (bytes: Uint8Array): string =>
  b64(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

/** Return the bytes of base64url without padding. Throws NotBase64url for any other spelling. */
export function unb64url(text: string): Uint8Array<ArrayBuffer> {
  if (!B64URL.test(text) || text.length % 4 === 1) throw new NotBase64url("not base64url");
  const bytes = unb64(text.replaceAll("-", "+").replaceAll("_", "/"));
  if (b64url(bytes) !== text) throw new NotBase64url("not the shortest base64url of its bytes");
  return bytes;
}

/** Make a key that cannot leave this browser: Ed25519, else ES256 where that is unknown. */
export async function newSigningKey(wanted: readonly Alg[] = ["Ed25519", "ES256"]): Promise<SigningKey> {
  for (const alg of wanted) {
    try {
      const pair = (await crypto.subtle.generateKey(MADE[alg], false, ["sign", "verify"])) as CryptoKeyPair;
      const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
      return { alg, key: pair.privateKey, jwk: kty === "OKP" ? { kty, crv, x } : { kty, crv, x, y } };
    } catch (fault) {
      if (alg === wanted.at(-1)) throw fault;
    }
  }
  throw new TypeError("no algorithm was named");
}

/** Return the key's signature of a message as base64url. */
export async function sign(key: SigningKey, message: BufferSource): Promise<string> {
  return b64url(new Uint8Array(await crypto.subtle.sign(USED[key.alg], key.key, message)));
}

/** Return the public key in a JWK. Throws when it is none of this algorithm. */
export async function publicKey(jwk: JsonWebKey, alg: Alg): Promise<PublicKey> {
  return { alg, key: await crypto.subtle.importKey("jwk", jwk, MADE[alg], true, ["verify"]) };
}

/** Tell whether sig (base64url) is this key's signature of the message; never throws. */
export async function verifies(key: PublicKey, sig: string, message: BufferSource): Promise<boolean> {
  try {
    const raw = unb64url(sig);
    return raw.length === SIGNATURE_BYTES && (await crypto.subtle.verify(USED[key.alg], key.key, raw, message));
  } catch {
    return false;
  }
}
