// One way to write JSON as bytes, so that a hash means the same on phone and server. Twin of sync/canonical.py.
// Source: RFC 8785 (JSON Canonicalization Scheme).

const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;
const text = new TextEncoder();

/** The value has no RFC 8785 form: half a surrogate pair, NaN, an integer beyond 2^53, or no JSON value at all. */
export class NotCanonisable extends TypeError {}

/** Return the RFC 8785 text of a JSON value. Throws NotCanonisable. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const names = Object.keys(value).sort(); // by UTF-16 code units, as the RFC says
    return `{${names.map((name) => `${canonical(name)}:${canonical((value as Record<string, unknown>)[name])}`).join(",")}}`;
  }
  if (typeof value === "number") {
    const isTooLarge = Number.isInteger(value) && Math.abs(value) > Number.MAX_SAFE_INTEGER && Math.abs(value) < 1e20;
    if (!Number.isFinite(value) || isTooLarge) throw new NotCanonisable("a number without an exact form");
  } else if (typeof value === "string") {
    if (LONE_SURROGATE.test(value)) throw new NotCanonisable("half a surrogate pair");
  } else if (value !== null && typeof value !== "boolean") {
    throw new NotCanonisable(`not a JSON value: ${typeof value}`);
  }
  return JSON.stringify(value);
}

/** Return bytes as lower-case hexadecimal digits. */
export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Return the bytes that hexadecimal digits stand for. */
export function unhex(digits: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** Return the SHA-256 of bytes, or of the UTF-8 bytes of a text, as 64 lower-case hexadecimal digits. */
export async function sha256Hex(content: string | BufferSource): Promise<string> {
  const bytes = typeof content === "string" ? text.encode(content) : content;
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

/** Return the SHA-256 of a JSON value's canonical bytes. Throws NotCanonisable. */
export const contentHash = async (value: unknown): Promise<string> => sha256Hex(canonical(value));
