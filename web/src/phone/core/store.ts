// What a phone keeps: its key, its chain, what waits to be sent, what it pulled. Twin of sync/phone/store.py on IndexedDB.
// Every transaction is written through to the disk (strict durability) before it counts as done: a phone may be killed
// between any two statements. Bytes are sealed ArrayBuffers, never Blobs: old Safaris lose those.

import { Dexie, type EntityTable, type Table } from "dexie";
import type { FileRef } from "@shared/envelope";

export const PULLED = ["stops", "cards", "papers", "forms", "rules", "messages", "acks", "proofs"] as const;
export type Coll = (typeof PULLED)[number];

/** waiting (to be sent), accepted, quarantined (kept aside by the server, kept here). */
export type RecordState = "waiting" | "accepted" | "quarantined";
/** draft (of a visit not finished), waiting, sent (whole on the server, not yet acknowledged), verified. */
export type MediaState = "draft" | "waiting" | "sent" | "verified";

export interface RecordRow {
  seq: number;
  id: string;
  subject: string;
  type: string;
  hash: string;
  at: string; // device_time
  state: RecordState;
  reason: string;
  sealed: ArrayBuffer;
}

export interface MediaRow extends FileRef {
  visit: string;
  state: MediaState;
  offset: number; // bytes the server has
  verified_at: string; // by the server's clock
  has_bytes: 0 | 1;
}

/** Server rows are replaceable: nothing the phone knows by itself is ever put into them. */
export interface DocumentRow {
  coll: Coll;
  id: string;
  sealed: ArrayBuffer;
}

export interface DraftRow {
  visit: string;
  stop: string;
  updated_at: string;
  sealed: ArrayBuffer;
}

export interface CheckpointRow {
  coll: Coll;
  seq: number;
  epoch: string;
  seen: number; // the server's head when this collection was last pulled to its end
}

/** What this phone noted of a stop by itself: read marks, the last map used. */
export interface NoteRow {
  id: string;
  value: unknown;
}

export interface ProofRow {
  record: string;
  leaf: string;
  index: number;
  hashes: string[];
  checkpoint: string;
}

/** One phone's database. */
export class Store extends Dexie {
  state!: Table<{ name: string; value: unknown }, string>;
  record!: EntityTable<RecordRow, "seq">;
  document!: Table<DocumentRow, [string, string]>;
  checkpoint!: EntityTable<CheckpointRow, "coll">;
  media!: EntityTable<MediaRow, "id">;
  bytes!: Table<{ id: string; sealed: ArrayBuffer }, string>;
  paper!: Table<{ id: string; sealed: ArrayBuffer }, string>;
  draft!: EntityTable<DraftRow, "visit">;
  note!: EntityTable<NoteRow, "id">;
  ack!: Table<{ id: string; document: unknown }, string>;
  proof!: EntityTable<ProofRow, "record">;
  finding!: Table<{ finding: string; note: string }, [string, string]>;

  constructor(name = "doorstep") {
    super(name, { chromeTransactionDurability: "strict" });
    this.version(1).stores({
      state: "name",
      record: "seq, &id, subject, [state+seq]",
      document: "[coll+id], coll",
      checkpoint: "coll",
      media: "id, state, visit",
      bytes: "id",
      paper: "id",
      draft: "visit, &stop",
      note: "id",
      ack: "id",
      proof: "record",
      finding: "[finding+note]",
    });
  }

  /** Return a setting, undefined when it was never put. */
  async get<T>(name: string): Promise<T | undefined> {
    return (await this.state.get(name))?.value as T | undefined;
  }

  /** Keep settings under their names; undefined removes one. */
  async put(settings: Record<string, unknown>): Promise<void> {
    await this.transaction("rw", this.state, async () => {
      for (const [name, value] of Object.entries(settings)) {
        await (value === undefined ? this.state.delete(name) : this.state.put({ name, value }));
      }
    });
  }

  /** Return the last record's place, undefined before the first. */
  async head(): Promise<{ seq: number; hash: string } | undefined> {
    return this.record.orderBy("seq").last();
  }

  /** Return up to limit records to be sent with a seq above after, oldest first. */
  waiting(limit: number, after = 0): Promise<RecordRow[]> {
    return this.record.where("[state+seq]").between(["waiting", after], ["waiting", Dexie.maxKey], false).limit(limit).toArray();
  }

  /** Remember what the server said of a record; only the record with this very hash is settled. */
  async settle(id: string, digest: string, state: RecordState, reason = ""): Promise<void> {
    await this.record.where("id").equals(id).and((row) => row.hash === digest).modify({ state, reason });
  }

  /** Remember how far the file with this very hash is; toldAt is when the server verified it, by its clock. */
  async settleMedia(id: string, digest: string, state: MediaState, toldAt = ""): Promise<void> {
    await this.media.where("id").equals(id)
      .and((row) => row.sha256 === digest && !(state === "sent" && row.state === "verified"))
      .modify({ state, verified_at: toldAt });
  }

  /** Make every record from seq on wait again; the server asked for it or was restored. */
  async sendAgainFrom(seq: number): Promise<void> {
    await this.record.where("seq").aboveOrEqual(seq).and((row) => row.state !== "waiting").modify({ state: "waiting" });
  }

  /** Return the end of the run, from the first record, that the server acknowledged as kept. */
  async ackedSeq(): Promise<number> {
    const firsts = await Promise.all(
      ["waiting", "quarantined"].map((state) =>
        this.record.where("[state+seq]").between([state, 0], [state, Dexie.maxKey]).first(),
      ),
    );
    const open = firsts.flatMap((row) => (row ? [row.seq] : []));
    return open.length ? Math.min(...open) - 1 : ((await this.head())?.seq ?? 0);
  }

  /** Return how many records and files exist only on this phone. */
  async unsent(): Promise<{ records: number; files: number; bytes: number }> {
    const records = await this.record.where("[state+seq]").between(["waiting", 0], ["waiting", Dexie.maxKey]).count();
    const files = await this.media.where("state").anyOf("waiting", "sent").toArray();
    return { records, files: files.length, bytes: files.reduce((sum, file) => sum + file.bytes - file.offset, 0) };
  }

  /** Return what is not settled: what exists only here, and how many records the server set aside. */
  async standing(): Promise<{ records: number; files: number; bytes: number; aside: number }> {
    const aside = await this.record.where("[state+seq]").between(["quarantined", 0], ["quarantined", Dexie.maxKey]).count();
    return { ...(await this.unsent()), aside };
  }

  /** Let what the server set aside of a visit, and its files that got nowhere, wait to be sent again from the start. */
  async retry(subject: string): Promise<void> {
    await this.transaction("rw", this.record, this.media, async () => {
      await this.record.where("subject").equals(subject).and((row) => row.state === "quarantined").modify({ state: "waiting", reason: "" });
      await this.media.where("visit").equals(subject).and((row) => row.has_bytes === 1 && row.state === "sent").modify({ state: "waiting", offset: 0 });
    });
  }

  /** Delete the bytes of files verified before a moment of the server's clock. */
  async dropVerified(before: string): Promise<void> {
    const old = await this.media.where("state").equals("verified").and((row) => row.has_bytes === 1 && row.verified_at < before).primaryKeys();
    if (!old.length) return;
    await this.transaction("rw", this.media, this.bytes, async () => {
      await this.bytes.bulkDelete(old);
      await this.media.where("id").anyOf(old).modify({ has_bytes: 0 });
    });
  }

  /** Delete every pulled document, the papers' bytes and every checkpoint; records, files and drafts stay. */
  async forgetDocuments(): Promise<void> {
    await this.transaction("rw", [this.document, this.checkpoint, this.paper], async () => {
      await Promise.all([this.document.clear(), this.checkpoint.clear(), this.paper.clear()]);
    });
  }

  /** Forget checkpoints and pulled documents and let all records and files wait: a new epoch began. */
  async startAgain(epoch: string): Promise<void> {
    await this.transaction("rw", [this.document, this.checkpoint, this.paper, this.record, this.media, this.state], async () => {
      await this.forgetDocuments();
      await this.sendAgainFrom(1);
      await this.media.where("state").anyOf("sent", "verified").and((row) => row.has_bytes === 1).modify({ state: "waiting", offset: 0 });
      await this.put({ epoch });
    });
  }
}
