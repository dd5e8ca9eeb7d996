// Where records are made: chained, signed and kept in one step, so that a killed phone never holds half of one.
// Twin of sync/phone/outbox.py.

import { sha256Hex } from "@shared/canonical";
import { genesis } from "@shared/chain";
import { clean, type FileRef, MAX_ENVELOPE_BYTES, type Parts, type RecordType, seal, type SignedRecord } from "@shared/envelope";
import { type Alg, signer } from "@shared/signature";
import { deviceKey, openJson, sealBytes, sealJson } from "./seals";
import { newId, stamp } from "./senses";
import type { RecordRow, Store } from "./store";

/** A file and its bytes, to be kept with the record that binds it. */
export interface BoundFile {
  ref: FileRef;
  content: ArrayBuffer;
}

/** The phone has no key and device id yet. */
export class NotEnrolled extends Error {}

/** The record is larger than a phone may sign; `bytes` says how large. */
export class RecordTooLarge extends Error {
  constructor(readonly bytes: number) {
    super(`a record of ${bytes} bytes`);
  }
}

/** Return a file with a fresh id and its hash. */
export async function bind(content: ArrayBuffer, mime: string): Promise<BoundFile> {
  return { ref: { id: newId(), sha256: await sha256Hex(content), bytes: content.byteLength, mime }, content };
}

/**
 * Write one record with the files it binds; both stand when this returns, or neither.
 * Records are written one after the other, across all tabs. Throws NotEnrolled or RecordTooLarge.
 */
export async function write(store: Store, type: RecordType, body: Parts["body"], files: BoundFile[] = []): Promise<SignedRecord> {
  return await navigator.locks.request("doorstep-chain", async () => {
    const device = await store.get<string>("device");
    const pair = (await store.keys.get("sign"))?.key as CryptoKeyPair | undefined;
    const alg = await store.get<Alg>("alg");
    if (!device || !pair || !alg) throw new NotEnrolled();
    const last = await store.records.orderBy("seq").last();
    const manifest = files.map(({ ref }) => ref);
    const parts: Parts = {
      v: 1, device, seq: (last?.seq ?? 0) + 1, prev: last?.hash ?? (await genesis(device)), ...stamp(), type, id: newId(),
      body: clean(body) as Parts["body"], manifest,
    };
    const record = await seal(parts, signer(alg, pair.privateKey));
    const bytes = new TextEncoder().encode(record.env).length;
    if (bytes > MAX_ENVELOPE_BYTES) throw new RecordTooLarge(bytes);
    await keep(store, record, files);
    return record;
  });
}

async function keep(store: Store, record: SignedRecord, files: BoundFile[]): Promise<void> {
  const key = await deviceKey(store);
  const document = await sealJson(key, record);
  const contents = await Promise.all(files.map(({ content }) => sealBytes(key, content)));
  const { seq, id, subject, type, hash } = record;
  await store.transaction("rw", store.records, store.media, async () => {
    await store.records.add({ seq, id, subject, type, hash, state: "waiting", reason: "", document });
    await store.media.bulkAdd(files.map(({ ref }, at) => (
      { ...ref, subject, state: "waiting" as const, sent_bytes: 0, verified_at: "", content: contents[at]! }
    )));
  });
}

/** Return the record of a row. */
export async function open(store: Store, row: RecordRow): Promise<SignedRecord> {
  return openJson<SignedRecord>(await deviceKey(store), row.document);
}

/** Return the records about a visit, in order. */
export async function recordsOf(store: Store, subject: string): Promise<SignedRecord[]> {
  const rows = await store.records.where({ subject }).sortBy("seq");
  return Promise.all(rows.map((row) => open(store, row)));
}
