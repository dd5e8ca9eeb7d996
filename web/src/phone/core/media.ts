// Files by resumable upload: in small chunks, from where the server stands, one broken file never holding up the rest.
// Records go first: before every chunk whatever record was written meanwhile is pushed. Twin of sync/phone/media.py.
// Source: tus resumable upload protocol 1.0.0.

import { b64 } from "@shared/signature";
import type { MediaRow, Store } from "./store";
import { NoNetwork, NotOurServer, Refused, type Answer, type Wanted } from "./transport";
import { open } from "./vault";

export const MAX_CHUNK_BYTES = 256 * 1024;
export const MIN_CHUNK_BYTES = 64 * 1024;
const MAX_SET_BACKS = 20;
const TUS = { "Tus-Resumable": "1.0.0" };

/** The server answers, and a file does not get on. */
export class NoProgress extends NoNetwork {
  override name = "NoProgress";
}

type Call = (method: string, path: string, wanted?: Wanted) => Promise<Answer>;

/** What an upload needs: the store, K_dev, a signed-in call, and the push that goes before every chunk. */
export interface Ramp {
  store: Store;
  key: CryptoKey;
  call: Call;
  recordsFirst(): Promise<void>;
}

/** Upload every waiting file; a refused one keeps waiting. Throws NoNetwork when the line is down, NoProgress at the end. */
export async function uploadAll(ramp: Ramp): Promise<number> {
  const files = await ramp.store.media.where("state").equals("waiting").sortBy("id");
  let [whole, stuck] = [0, undefined as NoProgress | undefined];
  for (const file of files) {
    try {
      await upload(ramp, file);
    } catch (fault) {
      if (fault instanceof NoProgress) stuck = fault;
      else if (!(fault instanceof Refused)) throw fault;
      continue;
    }
    await ramp.store.settleMedia(file.id, file.sha256, "sent");
    whole += 1;
  }
  if (stuck) throw stuck;
  return whole;
}

async function upload({ store, key, call, recordsFirst }: Ramp, file: MediaRow): Promise<void> {
  const sealed = (await store.bytes.get(file.id))?.sealed;
  if (!sealed) throw new NoProgress(`the bytes of ${file.id} are gone`);
  const content = await open(key, sealed);
  const location = await create(call, file);
  let [offset, size, setBacks] = [await askOffset(call, location), MAX_CHUNK_BYTES, 0];
  for (; offset < file.bytes && setBacks < MAX_SET_BACKS; ) {
    await recordsFirst();
    const stands = await step(call, { location, offset, size }, content);
    const hasGrown = stands > offset;
    size = hasGrown ? Math.min(MAX_CHUNK_BYTES, size * 2) : Math.max(MIN_CHUNK_BYTES, size / 2);
    setBacks += hasGrown ? 0 : 1;
    offset = stands;
    await store.media.update(file.id, { offset });
  }
  if (offset < file.bytes) throw new NoProgress("the upload makes no progress");
}

async function create(call: Call, file: MediaRow): Promise<string> {
  const facts = { attachment_id: file.id, sha256: file.sha256, mime: file.mime };
  const metadata = Object.entries(facts).map(([name, value]) => `${name} ${b64(new TextEncoder().encode(value))}`).join(",");
  const headers = { ...TUS, "Upload-Length": String(file.bytes), "Upload-Metadata": metadata };
  const location = (await call("POST", "/v1/files", { headers })).headers.get("location") ?? "";
  const at = location.indexOf("/v1/files/");
  if (at < 0) throw new NotOurServer("no Location of the upload");
  return location.slice(at);
}

async function step(call: Call, at: { location: string; offset: number; size: number }, content: ArrayBuffer): Promise<number> {
  const chunk = content.slice(at.offset, at.offset + at.size);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", chunk));
  const headers = {
    ...TUS, "Upload-Offset": String(at.offset), "Content-Type": "application/offset+octet-stream",
    "Upload-Checksum": `sha256 ${b64(digest)}`,
  };
  try {
    // A chunk that broke off is sent again smaller, not the same again and again; the smallest with all patience.
    const tries = at.size === MIN_CHUNK_BYTES ? undefined : 1;
    return offsetIn(await call("PATCH", at.location, { headers, body: chunk, ...(tries && { tries }) }));
  } catch (fault) {
    const mayGoOn = fault instanceof Refused ? fault.status === 409 || fault.status === 460 : at.size > MIN_CHUNK_BYTES;
    if (!(fault instanceof NoNetwork || fault instanceof Refused) || !mayGoOn) throw fault;
    return askOffset(call, at.location);
  }
}

const askOffset = async (call: Call, location: string): Promise<number> => offsetIn(await call("HEAD", location, { headers: TUS }));

function offsetIn(answer: Answer): number {
  const told = answer.headers.get("upload-offset") ?? "";
  if (!/^\d{1,16}$/.test(told)) throw new NotOurServer("Upload-Offset is not a whole number");
  return Number(told);
}
