// The spare copy (备份): what exists only on this phone a second time, outside its database, because a browser that was
// killed has been seen to come back with that database empty. One export a visit, sealed to the office, in the cache
// storage: the phone cannot read it, only hand it in, and drops it when the server acknowledged all that is in it.

import { exportOf } from "./export";
import type { Outbox } from "./outbox";
import type { Session } from "./session";
import type { Store } from "./store";
import { Refused, type Answer, type Wanted } from "./transport";

const CACHE = "spare";
const FOLDER = "/m/spare/";
const FIRST_SEQ = "First-Seq";

/** Keeps, drops and hands in the spare copies. */
export class Spare {
  private readonly refused = new Set<string>(); // by the server, since this page was opened
  private turn = Promise.resolve();

  constructor(private readonly store: Store, private readonly session: Session, private readonly outbox: Outbox) {}

  /** Copy what is not acknowledged of some visits, in a moment: nobody waits for it, and a full phone goes on without. */
  keep(subjects: Iterable<string>): void {
    for (const subject of subjects) this.turn = this.turn.then(() => this.copy(subject)).catch(() => undefined);
  }

  /** Wait until everything asked for is copied. */
  idle(): Promise<void> {
    return this.turn;
  }

  /** Return the copies left from before this phone's database was emptied, oldest first. */
  async orphans(): Promise<string[]> {
    const mine = await this.folder();
    const found: [number, string][] = [];
    for (const path of await paths()) {
      if (!mine || !path.startsWith(mine)) found.push([Number((await (await box()).match(path))?.headers.get(FIRST_SEQ)), path]);
    }
    return found.sort(([a], [b]) => a - b).map(([, path]) => path);
  }

  /** Drop the copies of what was acknowledged, hand in the orphans. Throws NoNetwork. */
  async tidy(call: (method: string, path: string, wanted: Wanted) => Promise<Answer>): Promise<void> {
    if (!globalThis.caches) return;
    await this.idle();
    for (const path of await this.settled()) await (await box()).delete(path);
    for (const path of await this.orphans()) {
      if (!this.refused.has(path)) await this.handIn(path, call);
    }
  }

  private async copy(subject: string): Promise<void> {
    const mine = await this.folder();
    if (!mine || !globalThis.caches) return;
    const rows = (await this.store.record.where("subject").equals(subject).sortBy("seq")).filter((row) => row.state !== "accepted");
    const files = subject ? await this.store.media.where("visit").equals(subject).toArray() : [];
    const body = await exportOf(rows, files, this.store, this.session, this.outbox);
    await (await box()).put(mine + subject, new Response(body, { headers: { [FIRST_SEQ]: String(rows[0]?.seq ?? 0) } }));
  }

  private async handIn(path: string, call: (method: string, path: string, wanted: Wanted) => Promise<Answer>): Promise<void> {
    const kept = await (await box()).match(path);
    const headers = { "Content-Type": "application/octet-stream" };
    try {
      await call("POST", "/v1/devices/exports", { headers, body: await kept!.blob() });
      await (await box()).delete(path);
    } catch (fault) {
      if (!(fault instanceof Refused)) throw fault;
      this.refused.add(path);
    }
  }

  private async settled(): Promise<string[]> {
    const mine = await this.folder();
    if (!mine) return [];
    const [records, files] = [await this.store.record.where("state").notEqual("accepted").toArray(), await this.store.media.where("state").anyOf("waiting", "sent").toArray()];
    const open = new Set([...records.map(({ subject }) => subject), ...files.map(({ visit }) => visit)]);
    return (await paths()).filter((path) => path.startsWith(mine) && !open.has(path.slice(mine.length)));
  }

  private async folder(): Promise<string | undefined> {
    const device = await this.store.get<string>("device");
    return device && `${FOLDER}${device}/`;
  }
}

const box = (): Promise<Cache> => caches.open(CACHE);
const paths = async (): Promise<string[]> => (await (await box()).keys()).map((one) => new URL(one.url).pathname);
