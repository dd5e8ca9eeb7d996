// Pulling: one collection to its end, or every collection in one sweep when several have news.
// Each page stands with its checkpoint when it was taken, so a line that breaks costs the page it broke in.
// Twin of sync/phone/pulls.py. Server rows are sealed by the PIN's key; acknowledgements and proofs are kept by who heeds.

import type { Session } from "./session";
import { writeTime } from "@shared/envelope";
import { noticed } from "./notices";
import type { CheckpointRow, Coll, DocumentRow, NoteRow, Store } from "./store";
import { PULLED } from "./store";
import { json, NotOurServer, type Answer, type Wanted } from "./transport";
import { openJson, sealJson } from "./vault";

export const SWEEP_FROM = 3;
const LIMIT = 100;
const SCHEMA_VERSION = 4;
const HEEDED: readonly Coll[] = ["acks", "proofs"];
const WATCHED: readonly Coll[] = ["stops", "cards"];

/** What pulling stands on. */
export interface Ground {
  store: Store;
  session: Session;
  call(method: string, path: string, wanted?: Wanted): Promise<Answer>;
  heed(coll: Coll, documents: Pulled[]): Promise<void>;
}

interface Pulled {
  id: string;
  _deleted?: boolean;
}

type At = { seq: number; epoch: string };

/** Pull a collection to its end. Throws NoNetwork, NotOurServer for an answer that is none, Refused. */
export async function pull(ground: Ground, coll: Coll): Promise<void> {
  for (;;) {
    const at = await checkpoint(ground.store, coll);
    const told = json(await ground.call("GET", `/v1/sync/${coll}/pull?${await query(ground.store, at)}`));
    const documents = documentsOf(told.documents);
    const next = checkpointOf(told.checkpoint);
    await take(ground, [[coll, documents]], [{ coll, ...next, seen: next.seq }]);
    if (documents.length < LIMIT) return;
  }
}

/** Pull every collection from where that of colls stands which is furthest back. Throws as pull(). */
export async function sweep(ground: Ground, colls: Coll[]): Promise<void> {
  const stands = await Promise.all(colls.map((coll) => checkpoint(ground.store, coll)));
  let at: At = stands.reduce((least, one) => (one.seq < least.seq ? one : least));
  for (;;) {
    const told = json(await ground.call("GET", `/v1/sync/pull?${await query(ground.store, at)}`));
    if (!Array.isArray(told.changes)) throw new NotOurServer("the answer has no list of changes");
    at = checkpointOf(told.checkpoint);
    const mine = PULLED.filter((coll) => ground.session.isOpen || HEEDED.includes(coll));
    const pages = mine.map((coll): [Coll, Pulled[]] => [
      coll,
      documentsOf(told.changes.filter((one: any) => one?.coll === coll).map((one: any) => one.document)),
    ]);
    const rows = await Promise.all(mine.map(async (coll) => ({ row: await checkpoint(ground.store, coll), coll })));
    const moved = rows.filter(({ row }) => row.seq < at.seq).map(({ row, coll }) => ({ ...row, ...at, coll }));
    await take(ground, pages, moved);
    if (told.changes.length < LIMIT) return;
  }
}

/** Keep pages with their checkpoints in one transaction; what is heeded is heeded first, as it may be told again. */
async function take({ store, session, heed }: Ground, pages: [Coll, Pulled[]][], checkpoints: CheckpointRow[]): Promise<void> {
  const kept: DocumentRow[] = [];
  const gone: [string, string][] = [];
  const notes: NoteRow[] = [];
  for (const [coll, documents] of pages) {
    if (HEEDED.includes(coll)) await heed(coll, documents);
    else for (const one of documents) {
      const news = WATCHED.includes(coll) && noticed(coll, await held(store, session, coll, one.id), one._deleted ? undefined : one, nowText());
      if (news) notes.push(news);
      if (one._deleted) gone.push([coll, one.id]);
      else kept.push({ coll, id: one.id, sealed: await sealJson(session.pinKey(), one) });
    }
  }
  await store.transaction("rw", [store.document, store.paper, store.checkpoint, store.note], async () => {
    await store.note.bulkPut(notes);
    await store.document.bulkPut(kept);
    await store.document.bulkDelete(gone);
    await store.paper.bulkDelete(gone.filter(([coll]) => coll === "papers").map(([, id]) => id));
    await store.checkpoint.bulkPut(checkpoints);
  });
}

const nowText = (): string => writeTime(Date.now());

/** Return the document that a new one replaces, undefined when there is none that can be read. */
async function held(store: Store, session: Session, coll: Coll, id: string): Promise<unknown> {
  const row = await store.document.get([coll, id]);
  return row && openJson(session.pinKey(), row.sealed).catch(() => undefined);
}

async function checkpoint(store: Store, coll: Coll): Promise<CheckpointRow> {
  return (await store.checkpoint.get(coll)) ?? { coll, seq: 0, epoch: "", seen: 0 };
}

async function query(store: Store, at: At): Promise<string> {
  const epoch = at.epoch || (await store.get<string>("epoch")) || "";
  return `seq=${at.seq}&epoch=${encodeURIComponent(epoch)}&limit=${LIMIT}&sv=${SCHEMA_VERSION}`;
}

function documentsOf(told: unknown): Pulled[] {
  const isPage = Array.isArray(told) && told.every((one) => typeof one?.id === "string");
  if (!isPage) throw new NotOurServer("the answer has no list of documents with ids");
  return told;
}

function checkpointOf(told: any): At {
  const { seq, epoch } = told ?? {};
  if (!Number.isSafeInteger(seq) || seq < 0 || typeof epoch !== "string") throw new NotOurServer("the answer has no checkpoint");
  return { seq, epoch };
}
