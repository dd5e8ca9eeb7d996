// A push packed for a slow line: what the server can work out again is left out before gzip sees it. Nothing is trusted
// for it: the server hashes and verifies the texts it restored. Twin of sync/packed.py.
// Source: docs/sync.md, "Packed".

import type { SignedRecord } from "./envelope";

export const CONTENT_TYPE = "application/vnd.doorstep.packed";
const FIRST = "doorstep.packed/1";
const HASH = "\u0001";
const POINTS = "\u0002";
// eslint-disable-next-line no-control-regex -- what may not stand in a packed text
const CONTROL = /[\u0000-\u001f]/;
const NAMED_HASH = /"([0-9a-f]{64})"/g;
const POINT = String.raw`\[(?:0|-?[1-9][0-9]{0,5})(?:,(?:0|-?[1-9][0-9]{0,5})){2,3}\]`;
const RUN = new RegExp(`\\[${POINT}(?:,${POINT})+\\]`, "g");
const BACK = new RegExp(`${HASH}([0-9]{1,3})`, "g");
const NUMBER = "-?[0-9]{1,8}";
const COLUMNS = new RegExp(`${POINTS}((?:${NUMBER}[,;])*${NUMBER})`, "g");
const SMOOTH = 3; // x, y and time move smoothly, pressure does not
const LEFT_OUT = new RegExp(`"hash":${HASH},"reason_code":"([^"\\\\]*)","ref":${HASH}`, "g");

type Named = Pick<SignedRecord, "hash" | "id">;

/** Return the packed text of records by one phone, undefined when they cannot be packed without loss. */
export function pack(records: SignedRecord[]): string | undefined {
  const alg = records[0]?.alg;
  if (alg === undefined || records.some((one) => one.alg !== alg || CONTROL.test(one.env) || CONTROL.test(one.sig))) return undefined;
  const hashes: string[] = [];
  const places = new Map<string, number>();
  const lines: string[] = [];
  for (const [place, { env, hash }] of records.entries()) {
    const line = packEnv(env, place, places);
    if (unpackEnv(line, hashes) !== env) return undefined;
    lines.push(line);
    hashes.push(hash);
    places.set(hash, place);
  }
  return [`${FIRST} ${alg}`, ...lines, "", ...records.map(({ sig }) => sig), ""].join("\n");
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

function packEnv(env: string, place: number, places: Map<string, number>): string {
  const back = (whole: string, hash: string) => (places.has(hash) ? `${HASH}${place - places.get(hash)!}` : whole);
  return env.replace(NAMED_HASH, back).replace(RUN, columns);
}

/** Return a run of points column by column, each smooth one as its second differences. */
function columns(run: string): string {
  const points: number[][] = JSON.parse(run);
  const width = points[0]!.length;
  if (points.some((point) => point.length !== width)) return run;
  const told = Array.from({ length: width }, (_, number) => {
    let values = points.map((point) => point[number]!);
    for (let turn = number < SMOOTH ? 2 : 0; turn; turn -= 1) {
      values = values.map((value, i) => (i ? value - values[i - 1]! : value));
    }
    return values.join(",");
  });
  return POINTS + told.join(";");
}

/** Return the text of a packed line, hashes being those of the texts before it. */
export function unpackEnv(line: string, hashes: string[]): string {
  return line.replace(COLUMNS, (_, told: string) => points(told)).replace(BACK, (whole, back: string) => {
    const hash = hashes[hashes.length - Number(back)];
    return hash === undefined ? whole : `"${hash}"`;
  });
}

function points(told: string): string {
  const held = told.split(";").map((column, number) => {
    let values = column.split(",").map(Number);
    for (let turn = number < SMOOTH ? 2 : 0; turn; turn -= 1) {
      let sum = 0;
      values = values.map((value) => (sum += value));
    }
    return values;
  });
  return `[${held[0]!.map((_, i) => `[${held.map((column) => String(column[i])).join(",")}]`).join(",")}]`;
}
