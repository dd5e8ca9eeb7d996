// Signed records in JavaScript, written from docs/records.md alone and held to tests/vectors/*.json.

const { subtle } = globalThis.crypto;
const text = new TextEncoder();
const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;
const KEYS = {
  Ed25519: { make: { name: "Ed25519" }, sign: { name: "Ed25519" } },
  ES256: { make: { name: "ECDSA", namedCurve: "P-256" }, sign: { name: "ECDSA", hash: "SHA-256" } },
};

/** RFC 8785 text of a JSON value. Throws for what has no such form. */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const names = Object.keys(value).sort(); // by UTF-16 code units, as the RFC says
    return `{${names.map((name) => `${canonical(name)}:${canonical(value[name])}`).join(",")}}`;
  }
  if (typeof value === "number" && !Number.isFinite(value)) throw new TypeError("not a JSON number");
  if (typeof value === "string" && LONE_SURROGATE.test(value)) throw new TypeError("half a surrogate pair");
  if (value === undefined) throw new TypeError("not a JSON value");
  return JSON.stringify(value);
}

export async function sha256Hex(bytesOrText) {
  const bytes = typeof bytesOrText === "string" ? text.encode(bytesOrText) : bytesOrText;
  return Buffer.from(await subtle.digest("SHA-256", bytes)).toString("hex");
}

/** The `prev` of a device's first record. */
export const genesis = (device) => sha256Hex(`doorstep.chain/1:${device}`);

/** A UUIDv7 of this moment. */
export function newId() {
  const bytes = crypto.getRandomValues(Buffer.alloc(16));
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** A key pair of the algorithm, with the public half as the JWK a phone enrols with. */
export async function newKey(alg) {
  const pair = await subtle.generateKey(KEYS[alg].make, true, ["sign", "verify"]);
  const { kty, crv, x, y } = await subtle.exportKey("jwk", pair.publicKey);
  const jwk = kty === "OKP" ? { kty, crv, x } : { kty, crv, x, y };
  return { alg, jwk, sign: async (bytes) => b64url(await subtle.sign(KEYS[alg].sign, pair.privateKey, bytes)) };
}

/** Whether sig is the signature of the bytes by the key in a JWK. */
export async function verifies(sig, bytes, { alg, jwk }) {
  const key = await subtle.importKey("jwk", jwk, KEYS[alg].make, true, ["verify"]);
  return subtle.verify(KEYS[alg].sign, key, Buffer.from(sig, "base64url"), bytes);
}

/** The record that carries the envelope of these parts, signed by key (its `alg` and `sign`). */
export async function seal(parts, key) {
  const env = canonical(parts);
  const hash = await sha256Hex(env);
  const { id, device, seq, prev, type, device_time } = parts;
  const subject = parts.body.visit_id || parts.body.stop_id || "";
  const sig = await key.sign(Buffer.from(hash, "hex"));
  return { id, env, hash, sig, alg: key.alg, device, seq, prev, type, subject, device_time };
}

const b64url = (buffer) => Buffer.from(buffer).toString("base64url");
