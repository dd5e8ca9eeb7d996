// Files by resumable upload: in small chunks, from where the server stands, one broken file never holding up the rest.
// Twin of sync/phone/media.py. Source: tus resumable upload protocol 1.0.0.

import { sha256Hex, unhex } from "@shared/canonical";
import { base64 } from "@shared/signature";
import { deviceKey, openBytes } from "./seals";
import type { MediaRow, Store } from "./store";
import { type Call, NoNetwork, NotOurServer, Refused } from "./transport";

const TUS = { "Tus-Resumable": "1.0.0" };
const MAX_CHUNK = 256 * 1024;
const MIN_CHUNK = 64 * 1024;
const MOST_SET_BACKS = 20;
const ASK_AGAIN = new Set([409, 460]);

/** A call signed in as this phone. */
export type SignedIn = (path: string, call?: Call) => Promise<Response>;

/**
 * Upload every waiting file; return how many became whole. Before each chunk records that were written meanwhile go out.
 * Throws NoNetwork when the line is down; what was sent stands.
 */
export async function uploadAll(store: Store, call: SignedIn, recordsFirst: () => Promise<unknown>): Promise<number> {
  let whole = 0;
  for (const { id } of await store.media.where({ state: "waiting" }).sortBy("id")) {
    const row = await store.media.get(id);
    if (row?.state !== "waiting" || row.content === null) continue;
    try {
      await upload(store, row, call, recordsFirst);
    } catch (fault) {
      if (fault instanceof Refused) continue; // it keeps waiting for the next round, and holds up no other
      throw fault;
    }
    await store.media.where({ id, state: "waiting" }).modify({ state: "sent", sent_bytes: row.bytes });
    whole += 1;
  }
  return whole;
}

async function upload(store: Store, row: MediaRow, call: SignedIn, recordsFirst: () => Promise<unknown>): Promise<void> {
  const content = await openBytes(await deviceKey(store), row.content!);
  const path = await create(row, call);
  let offset = await askOffset(call, path);
  let size = MAX_CHUNK;
  for (let setBacks = 0; offset < row.bytes && setBacks < MOST_SET_BACKS;) {
    await recordsFirst();
    let stands: number;
    try {
      stands = await patch(call, path, content.slice(offset, offset + size), offset);
    } catch (fault) {
      if (!(fault instanceof NoNetwork) || size === MIN_CHUNK) throw fault;
      stands = await askOffset(call, path);
    }
    const grew = stands > offset;
    size = grew ? Math.min(MAX_CHUNK, size * 2) : Math.max(MIN_CHUNK, Math.trunc(size / 2));
    setBacks += grew ? 0 : 1;
    offset = stands;
    await store.media.update(row.id, { sent_bytes: offset });
  }
  if (offset < row.bytes) throw new NoNetwork("the upload makes no progress");
}

async function create(row: MediaRow, call: SignedIn): Promise<string> {
  const facts = { attachment_id: row.id, sha256: row.sha256, mime: row.mime };
  const metadata = Object.entries(facts).map(([name, value]) => `${name} ${btoa(value)}`).join(",");
  const headers = { ...TUS, "Upload-Length": String(row.bytes), "Upload-Metadata": metadata };
  const location = (await call("/v1/files", { method: "POST", headers })).headers.get("Location") ?? "";
  const at = location.indexOf("/v1/files/");
  if (at < 0) throw new NotOurServer("no Location of the upload");
  return location.slice(at);
}

const askOffset = async (call: SignedIn, path: string) => offsetOf(await call(path, { method: "HEAD", headers: TUS }));

async function patch(call: SignedIn, path: string, chunk: ArrayBuffer, offset: number): Promise<number> {
  const headers = {
    ...TUS,
    "Upload-Offset": String(offset),
    "Content-Type": "application/offset+octet-stream",
    "Upload-Checksum": `sha256 ${base64(unhex(await sha256Hex(chunk)))}`,
  };
  try {
    return offsetOf(await call(path, { method: "PATCH", headers, body: chunk }));
  } catch (fault) {
    if (fault instanceof Refused && ASK_AGAIN.has(fault.status)) return askOffset(call, path);
    throw fault;
  }
}

function offsetOf(answer: Response): number {
  const told = answer.headers.get("Upload-Offset") ?? "";
  if (!/^\d{1,15}$/.test(told)) throw new NotOurServer("no Upload-Offset");
  return Number(told);
}
