// A push packed for a slow line: what the server can work out again is left out before gzip sees it. Nothing is trusted
// for it: the server hashes and verifies the texts it restored. Twin of sync/packed.py.
// Source: docs/sync.md, "Packed".

import { join } from "./bytes";
import type { SignedRecord } from "./envelope";
import { Reader, Writer } from "./naming";
import { byColumn, byPoint } from "./pen";
import { unb64url } from "./signature";

export const CONTENT_TYPE = "application/vnd.doorstep.packed";
/** The form that is written; a head says under `packed` which ones its server reads. */
export const VERSION = 2;
const SIG_BYTES = 64;
// eslint-disable-next-line no-control-regex -- what may not stand in a packed text
const CONTROL = /[\u0000-\u001f]/;
const LEFT_OUT = /"hash":\u0001,"reason_code":"([^"\\]*)","ref":\u0001/g;

type Named = Pick<SignedRecord, "hash" | "id">;

/** Return the packed bytes of records by one phone, undefined when they cannot be packed without loss. */
export function pack(records: SignedRecord[]): Uint8Array<ArrayBuffer> | undefined {
  const alg = records[0]?.alg;
  if (alg === undefined || records.some((one) => one.alg !== alg || CONTROL.test(one.env))) return undefined;
  const names = new Writer();
  const lines = records.map(({ env, hash }) => byColumn(names.write(env, hash)));
  try {
    const restored = new Reader(names.tail);
    if (records.some(({ env, hash }, i) => restored.read(byPoint(lines[i]!), hash) !== env)) return undefined;
    const sigs = records.map(({ sig }) => unb64url(sig));
    if (sigs.some((sig) => sig.length !== SIG_BYTES)) return undefined;
    return join(new TextEncoder().encode([`doorstep.packed/${VERSION} ${alg}`, ...lines, "", ""].join("\n")), names.tail, ...sigs);
  } catch {
    return undefined; // a name that cannot be, a signature that is no base64url
  }
}

/** Return the acknowledgement as it was signed; what does not fit is left, and no signature will fit it. */
export function unpackAck(document: any, records: Named[]): any {
  const text: unknown = document?.ack;
  if (typeof text !== "string" || [...text.matchAll(LEFT_OUT)].length !== records.length) return document;
  const those = records.values();
  const ack = text.replace(LEFT_OUT, (_, reason: string) => {
    const { hash, id } = those.next().value!;
    return `"hash":"${hash}","reason_code":"${reason}","ref":"${id}"`;
  });
  return { ...document, ack };
}
