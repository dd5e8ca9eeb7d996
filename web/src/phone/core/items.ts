// The outbox on the screen (待上传): each visit with its records and files, and how far each of them is.

import type { MediaState, RecordState, Store } from "./store";

export interface ItemRecord {
  id: string;
  type: string;
  at: string;
  state: RecordState;
  reason: string; // why it was set aside (quarantined)
}

export interface ItemFile {
  id: string;
  bytes: number;
  sent: number;
  state: MediaState;
}

/** One visit (or "" for what belongs to none), newest first. isDone: the server acknowledged all of it. */
export interface OutboxItem {
  subject: string;
  stopId: string;
  at: string;
  records: ItemRecord[];
  files: ItemFile[];
  isDone: boolean;
}

/** Lists what this phone made. */
export class Items {
  constructor(private readonly store: Store) {}

  /** Return every visit made here with the state of its parts; limit counts visits. */
  async list(limit = 100): Promise<OutboxItem[]> {
    const [rows, files, notes] = await Promise.all([
      this.store.record.orderBy("seq").reverse().toArray(),
      this.store.media.where("state").notEqual("draft").toArray(),
      this.store.note.where("id").startsWith("visited/").toArray(),
    ]);
    const stops = new Map(notes.map(({ id, value }) => [(value as { visit: string }).visit, id.slice("visited/".length)]));
    const items = new Map<string, OutboxItem>();
    for (const { subject, id, type, at, state, reason } of rows) {
      const item = items.get(subject) ?? { subject, stopId: stops.get(subject) ?? "", at, records: [], files: [], isDone: true };
      item.records.unshift({ id, type, at, state, reason });
      items.set(subject, item);
    }
    for (const { id, visit, bytes, offset, state } of files) {
      items.get(visit)?.files.push({ id, bytes, sent: state === "waiting" ? offset : bytes, state });
    }
    for (const item of items.values()) {
      item.isDone = item.records.every((one) => one.state === "accepted") && item.files.every((one) => one.state === "verified");
    }
    return [...items.values()].slice(0, limit);
  }
}
