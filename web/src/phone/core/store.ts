// What a phone keeps, in IndexedDB: its keys, its chain, what waits to be sent, what it pulled. Twin of sync/phone/store.py.
// The server's documents are replaceable; what was written here lives in tables of its own, sealed (`seals.ts`).

import Dexie, { type Table } from "dexie";
import type { FileRef } from "@shared/envelope";

/** waiting: to be sent; accepted; quarantined: kept aside by the server, kept here. */
export type RecordState = "waiting" | "accepted" | "quarantined";
/** waiting; sent: whole on the server, not yet acknowledged; verified: acknowledged, its bytes stay some days more. */
export type MediaState = "waiting" | "sent" | "verified";
/** Sealed bytes: 12 of nonce, then AES-GCM. ArrayBuffers, because some browsers lose Blobs. */
export type Sealed = ArrayBuffer;

export interface RecordRow {
  seq: number;
  id: string;
  subject: string;
  type: string;
  hash: string;
  state: RecordState;
  reason: string;
  document: Sealed;
}

export interface MediaRow extends FileRef {
  subject: string;
  state: MediaState;
  sent_bytes: number;
  verified_at: string;
  content: Sealed | null;
}

export interface DocumentRow {
  coll: string;
  id: string;
  document: Sealed;
}

export interface DraftRow {
  stop_id: string;
  changed_at: number;
  draft: Sealed;
}

/** The phone's database. Every write waits for the disk: what the screen says is saved is saved. */
export class Store extends Dexie {
  state!: Table<{ name: string; value: unknown }, string>;
  keys!: Table<{ name: string; key: CryptoKey | CryptoKeyPair }, string>;
  records!: Table<RecordRow, number>;
  media!: Table<MediaRow, string>;
  documents!: Table<DocumentRow, [string, string]>;
  checkpoints!: Table<{ coll: string; seq: number; epoch: string }, string>;
  papers!: Table<{ id: string; content: Sealed }, string>;
  drafts!: Table<DraftRow, string>;
  proofs!: Table<{ record: string; leaf: Sealed }, string>;
  seen!: Table<{ id: string }, string>;

  constructor(name = "doorstep") {
    super(name, { chromeTransactionDurability: "strict" });
    this.version(1).stores({
      state: "name",
      keys: "name",
      records: "seq, &id, subject, state",
      media: "id, subject, state",
      documents: "[coll+id], coll",
      checkpoints: "coll",
      papers: "id",
      drafts: "stop_id",
      proofs: "record",
      seen: "id",
    });
  }

  /** Return a setting, undefined when it was never put. */
  async get<T>(name: string): Promise<T | undefined> {
    return (await this.state.get(name))?.value as T | undefined;
  }

  /** Keep settings under their names. */
  async put(settings: Record<string, unknown>): Promise<void> {
    await this.state.bulkPut(Object.entries(settings).map(([name, value]) => ({ name, value })));
  }

  /** Return how many records and files exist only on this phone: the number on the screen. */
  async unsent(): Promise<number> {
    const waiting = { state: "waiting" };
    return (await this.records.where(waiting).count()) + (await this.media.where(waiting).count());
  }

  /** Return the end of the run, from the first record, that the server acknowledged as kept. */
  async ackedSeq(): Promise<number> {
    const open = await this.records.where("state").notEqual("accepted").primaryKeys();
    if (open.length) return Math.min(...open) - 1;
    return (await this.records.orderBy("seq").last())?.seq ?? 0;
  }

  /** Delete every pulled document, the papers' bytes and every checkpoint; records, files and drafts stay. */
  async forgetDocuments(): Promise<void> {
    await this.transaction("rw", this.documents, this.checkpoints, this.papers, this.state, async () => {
      await Promise.all([this.documents.clear(), this.checkpoints.clear(), this.papers.clear(), this.state.delete("heads")]);
    });
  }

  /** Let every record from seq on wait again: the server asked for it or was restored. */
  async sendAgainFrom(seq: number): Promise<void> {
    await this.records.where("seq").aboveOrEqual(seq).modify({ state: "waiting" });
  }

  /** Forget checkpoints and documents and let all records and files wait: a new epoch began. */
  async startAgain(epoch: string): Promise<void> {
    await this.transaction("rw", this.tables, async () => {
      await this.forgetDocuments();
      await this.sendAgainFrom(1);
      await this.media.filter((one) => one.content !== null).modify({ state: "waiting", sent_bytes: 0 });
      await this.put({ epoch });
    });
  }
}
