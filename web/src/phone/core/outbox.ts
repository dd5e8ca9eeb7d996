// Where records are made: chained, signed and kept in one step with the files they bind, so that a killed phone never
// holds half of one. Twin of sync/phone/outbox.py.

import * as chain from "@shared/chain";
import { build, seal as sign, type FileRef, type RecordType, type SignedRecord } from "@shared/envelope";
import { newId, stamp, type Senses } from "./senses";
import type { Session } from "./session";
import type { RecordRow, Store } from "./store";
import { openJson, sealJson } from "./vault";

export type Body = Record<string, unknown>;

/** One record to be made. bind names files whose bytes are in the store as drafts; they become part of it. */
export interface Item {
  type: RecordType;
  body: Body;
  bind?: FileRef[];
  gpsTime?: number;
}

/** Another record was written meanwhile: the place in the chain is taken. */
class PlaceTaken extends Error {
  override name = "PlaceTaken";
}

/** Makes the records of one enrolled phone. */
export class Outbox {
  /** Told of the visits of which records were kept. */
  afterwards: (subjects: Set<string>) => void = () => undefined;

  constructor(private readonly store: Store, private readonly session: Session, readonly senses: Senses) {}

  /**
   * Make, sign and keep records in order, all or none, with the files they bind; `also` runs in the same transaction.
   * Returns once they are on the disk. An item may be made from the records before it. Throws NotEnrolled, NotAnEnvelope,
   * and QuotaExceededError when the phone is full; nothing is kept then.
   */
  write(items: (Item | ((before: SignedRecord[]) => Item))[], also?: () => Promise<unknown>): Promise<SignedRecord[]> {
    return exclusively("doorstep.write", async () => {
      const made = await this.make(items);
      const files = made.flatMap(({ files }) => files.map((file) => file.id));
      const { store } = this;
      await store.transaction("rw", [store.record, store.media, store.draft, store.note], async () => {
        const head = await store.head();
        if ((head?.seq ?? 0) !== made[0]!.row.seq - 1) throw new PlaceTaken();
        await store.record.bulkAdd(made.map(({ row }) => row));
        const bound = await store.media.where("id").anyOf(files).modify({ state: "waiting", offset: 0 });
        if (bound !== files.length) throw new Error("a file of the record is not in the store");
        await also?.();
      });
      this.afterwards(new Set(made.map(({ row }) => row.subject)));
      return made.map(({ record }) => record);
    });
  }

  /** Return the records about a visit in order, as they were signed. */
  async recordsOf(subject: string): Promise<SignedRecord[]> {
    return this.opened(await this.store.record.where("subject").equals(subject).sortBy("seq"));
  }

  /** Return rows as the records they hold. */
  async opened(rows: RecordRow[]): Promise<SignedRecord[]> {
    const key = await this.session.deviceKey();
    return Promise.all(rows.map((row) => openJson<SignedRecord>(key, row.sealed)));
  }

  private async make(items: (Item | ((before: SignedRecord[]) => Item))[]) {
    const { key, device } = await this.session.signer();
    const kDev = await this.session.deviceKey();
    let head = (await this.store.head()) ?? (await chain.start(device));
    const made: { record: SignedRecord; row: RecordRow; files: FileRef[] }[] = [];
    for (const one of items) {
      const item = typeof one === "function" ? one(made.map(({ record }) => record)) : one;
      const files = item.bind ?? [];
      const parts = { type: item.type, id: newId(this.senses), manifest: files, stamp: stamp(this.senses, item.gpsTime) };
      const record = await sign(build({ ...parts, body: clean(item.body) as Body }, device, head), key);
      const { seq, id, subject, type, hash } = record;
      const sealed = await sealJson(kDev, record);
      made.push({ record, files, row: { seq, id, subject, type, hash, at: record.device_time, state: "waiting", reason: "", sealed } });
      head = { seq, hash };
    }
    return made;
  }
}

/** Return the value with typed text freed of what may not travel: control characters, halves of surrogate pairs. */
export function clean(value: unknown): unknown {
  if (typeof value === "string") {
    return value.replace(/\r\n?/g, "\n").replace(/[\u0000-\u0008\u000b-\u001f]/g, "").replace(/\p{Surrogate}/gu, "");
  }
  if (Array.isArray(value)) return value.map(clean);
  if (value === null || typeof value !== "object") return value;
  const kept = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(kept.map(([name, part]) => [clean(name), clean(part)]));
}

const held = new Map<string, Promise<unknown>>();

/** Run an act while no other tab of this app, nor this one, runs one under the same name. */
export function exclusively<T>(name: string, act: () => Promise<T>): Promise<T> {
  if (globalThis.navigator?.locks) return navigator.locks.request(name, act) as Promise<T>;
  const turn = (held.get(name) ?? Promise.resolve()).then(act, act);
  held.set(name, turn.catch(() => undefined));
  return turn;
}
