// The phone's core, as the screens call it: one phone, its session, what it pulled, its drafts, its outbox, its sync.
// Everything a screen shows goes through `live(() => …, initial)`; everything it does is one of the calls below.

import { Client } from "./client";
import { Documents } from "./documents";
import { Drafts } from "./drafts";
import { forgetPast } from "./expiry";
import { exportUnsent } from "./export";
import { Items } from "./items";
import { noticesIn } from "./notices";
import { Outbox } from "./outbox";
import { Photos } from "./photos";
import { Sky } from "./position";
import { Rounds } from "./rounds";
import { browserSenses, type Senses } from "./senses";
import { Session } from "./session";
import { Spare } from "./spare";
import { Store } from "./store";
import { httpTransport, Line, type Transport } from "./transport";
import { Visits } from "./visits";

export * from "./directions";
export * from "./documents";
export * from "./drafts";
export * from "./items";
export * from "./live";
export * from "./photos";
export * from "./position";
export * from "./revision";
export type { SyncState } from "./rounds";
export * from "./session";
export * from "./standing";
export * from "./surroundings";
export { NoNetwork, NotOurServer, Refused } from "./transport";
export * from "./update";
export * from "./visits";

/** Version of the app, told to the server and shown under 我的. */
export const APP_VERSION = "0.1.0";
const EXPIRE_MS = 7 * 24 * 3600_000;

/** One line of the messages; seq names the stop of a notice by its place on the route. */
export interface Listed {
  id: string;
  kind: string;
  from: string;
  text: string;
  sent_at: string;
  stop_id: string | null;
  visit_id: string;
  seq: number | null;
  isRead: boolean;
}

/** One phone. */
export class Phone {
  readonly store: Store;
  readonly session: Session;
  readonly documents: Documents;
  readonly drafts: Drafts;
  readonly visits: Visits;
  readonly photos: Photos;
  readonly items: Items;
  readonly sync: Rounds;
  readonly outbox: Outbox;
  readonly spare: Spare;
  readonly sky = new Sky();
  private begun: Promise<void> | undefined;

  constructor(readonly senses: Senses = browserSenses(), transport: Transport = httpTransport(), name?: string) {
    const line = new Line(transport, senses);
    this.store = new Store(name);
    this.session = new Session(this.store, line, senses, APP_VERSION);
    this.outbox = new Outbox(this.store, this.session, senses);
    this.spare = new Spare(this.store, this.session, this.outbox);
    this.outbox.afterwards = (subjects) => this.spare.keep(subjects);
    this.documents = new Documents(this.store, this.session);
    this.drafts = new Drafts(this.store, this.session, senses);
    this.visits = new Visits(this.store, this.outbox, this.drafts);
    this.photos = new Photos(this.store, this.session, senses);
    this.items = new Items(this.store);
    const client = new Client(this.store, this.session, this.outbox, line, senses);
    const tidy = () => this.spare.tidy(client.call.bind(client));
    this.sync = new Rounds(this.store, this.session, client, this.documents, senses, tidy);
  }

  /** Begin: find out who this phone is, sync from now on, watch the moments that matter. Called again it is the same start. */
  start(): Promise<void> {
    return (this.begun ??= this.begin());
  }

  private async begin(): Promise<void> {
    await this.session.start();
    document.addEventListener("visibilitychange", () => void this.seen(document.visibilityState === "hidden"));
    window.addEventListener("pagehide", () => void this.drafts.flushAll());
    window.addEventListener("online", () => void this.sync.now());
    for (const kind of ["pointerdown", "keydown"]) window.addEventListener(kind, () => this.session.touch(), { passive: true });
    setInterval(() => void this.lockWhenDue(), 5000);
    setInterval(() => void this.forgetPast(), 60_000);
    this.sync.start();
  }

  /** Open the app by its PIN; what was pulled is dropped when no server confirmed it for a week. Throws as Session.unlock. */
  async unlock(pin: string): Promise<void> {
    await this.session.unlock(pin);
    const last = (await this.store.get<number>("last_sync_at")) ?? this.senses.now();
    if (this.senses.now() - last > EXPIRE_MS) await this.store.forgetDocuments();
    await this.forgetPast();
    void this.sync.now();
  }

  /** Save the drafts, then put the key away. */
  async lock(): Promise<void> {
    await this.drafts.flushAll();
    this.drafts.forgetAll();
    this.session.lock();
  }

  /** Return the messages of the office and what this phone noticed itself (通知), newest first, each with whether it was read. */
  async messages(): Promise<Listed[]> {
    const read = new Set((await this.store.note.where("id").startsWith("read/").primaryKeys()).map((id) => id.slice(5)));
    const noticed = noticesIn(await this.store.note.where("id").startsWith("notice/").toArray());
    const mine = noticed.map(({ at, ...one }) => ({ ...one, sent_at: at, from: "", text: "", visit_id: "" }));
    const all = [...(await this.documents.all("messages")).map((one) => ({ ...one, seq: null })), ...mine];
    return all.map((one) => ({ ...one, isRead: read.has(one.id) })).sort((a, b) => b.sent_at.localeCompare(a.sent_at));
  }

  /** Note that a message was read. */
  async markRead(messageId: string): Promise<void> {
    await this.store.note.put({ id: `read/${messageId}`, value: this.senses.now() });
  }

  /** Note that what these messages asked for was put right here: the phone's clock and the office's are not compared. */
  async answer(messageIds: string[]): Promise<void> {
    await this.store.note.bulkPut(messageIds.map((id) => ({ id: `answered/${id}`, value: this.senses.now() })));
  }

  /** Return the ids of the messages that were answered here. */
  async answered(): Promise<Set<string>> {
    const ids = await this.store.note.where("id").startsWith("answered/").primaryKeys();
    return new Set(ids.map((id) => id.slice("answered/".length)));
  }

  /** Keep a choice of this phone: language, last map, Wi-Fi only. */
  async prefer(name: string, value: unknown): Promise<void> {
    await this.store.note.put({ id: `prefer/${name}`, value });
  }

  /** Return a choice of this phone. */
  async preferred<T>(name: string): Promise<T | undefined> {
    return (await this.store.note.get(`prefer/${name}`))?.value as T | undefined;
  }

  /** Return everything unsent as one encrypted file, which only the office can open. */
  exportUnsent(): Promise<Blob> {
    return exportUnsent(this.store, this.session, this.outbox);
  }

  private async seen(isHidden: boolean): Promise<void> {
    if (isHidden) await this.drafts.flushAll();
    const wasOpen = this.session.isOpen;
    this.session.hidden(isHidden);
    if (wasOpen && !this.session.isOpen) this.drafts.forgetAll();
    if (!isHidden) await this.sync.now();
  }

  /** Forget the visits of days past, while the app is open to read which those are. */
  private async forgetPast(): Promise<void> {
    if (this.session.isOpen) await forgetPast(this.store, this.documents, this.senses.now()).catch(() => 0);
  }

  private async lockWhenDue(): Promise<void> {
    if (!this.session.isOpen) return;
    if (this.session.isDueToLock) await this.lock();
  }
}

let theOne: Phone | undefined;

/** Return this page's phone. */
export const phone = (): Phone => (theOne ??= new Phone());
