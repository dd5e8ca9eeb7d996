// The phone's side of the protocol: ask the head, push what waits, pull what changed. Twin of sync/phone/client.py.
// Source: docs/sync.md.

import { verify, type Ack } from "@shared/ack";
import { writeTime, type SignedRecord } from "@shared/envelope";
import { CONTENT_TYPE, pack, unpackAck, VERSION } from "@shared/packed";
import { clockCompared } from "./expiry";
import { takeProofs } from "./logbook";
import type { Outbox } from "./outbox";
import { pull, sweep, SWEEP_FROM } from "./pulls";
import type { Senses } from "./senses";
import { NotEnrolled, type Session } from "./session";
import { PULLED, type Coll, type Store } from "./store";
import { json, Refused, type Answer, type Line, type Wanted } from "./transport";

const MAX_ROWS = 200;
const MAX_PUSH_BYTES = 2 * 1024 * 1024;
const ACKS_SEQ = "Doorstep-Acks-Seq";
// What a server answers that reads no packed push.
const NOT_UNDERSTOOD = new Set([400, 415]);
const KEEP_VERIFIED_MS = 7 * 24 * 3600_000;

interface HeadTold {
  heads?: Record<string, number>;
  packed?: number[];
  server_time?: string;
  device: { resend_from?: number | null };
}

/** One phone talking to its server. Everything it needs to go on lies in the store. */
export class Client {
  private pushedUpto = 0;
  private isPackedRead = false;
  private roundTripMs: number | undefined;
  isBehindInAcks = false;

  constructor(
    private readonly store: Store,
    private readonly session: Session,
    private readonly outbox: Outbox,
    private readonly line: Line,
    private readonly senses: Senses,
  ) {}

  /** Do the records' half of a round: head, acks that were missed, push, what is new. Throws NoNetwork or Refused. */
  async syncRecords(): Promise<void> {
    const head = await this.head();
    let news = await this.news(head);
    const isAskedAgain = head.device.resend_from != null;
    if (news.includes("acks") && !isAskedAgain && ((await this.store.checkpoint.get("acks"))?.seq ?? 0) > 0) {
      await this.pull("acks");
      news = news.filter((coll) => coll !== "acks");
    }
    this.isBehindInAcks = false;
    await this.push();
    await this.pullNews(news, head.heads);
    if (news.includes("acks")) this.isBehindInAcks = false;
  }

  /** Ask where the server stands; tell it the phone's time and plans. Records it lacks wait again. */
  async head(): Promise<HeadTold> {
    const { records, files } = await this.store.unsent();
    const headers: Record<string, string> = {
      "Doorstep-Time": writeTime(this.senses.now()),
      "Doorstep-Unsent": String(records + files),
      "Doorstep-Acked": String(await this.store.ackedSeq()),
      "Doorstep-Epoch": (await this.store.get<string>("epoch")) ?? "",
    };
    const plans = await this.store.get<string>("plans");
    if (plans !== undefined) headers["Doorstep-Plan"] = plans;
    if (this.roundTripMs !== undefined) headers["Doorstep-Rtt-Ms"] = String(this.roundTripMs);
    const began = this.senses.monoMs();
    const told = json(await this.call("GET", "/v1/sync/head", { headers })) as HeadTold;
    this.roundTripMs = Math.max(0, this.senses.monoMs() - began);
    this.isPackedRead = told.packed?.includes(VERSION) ?? false;
    const serverMs = Date.parse(told.server_time ?? "");
    if (Number.isFinite(serverMs)) {
      await this.store.dropVerified(writeTime(serverMs - KEEP_VERIFIED_MS));
      const offset = serverMs - this.senses.now() + this.roundTripMs / 2;
      await this.store.put({ clock_offset_ms: offset });
      await clockCompared(this.store, offset);
    }
    if (told.device.resend_from != null) await this.store.sendAgainFrom(told.device.resend_from);
    return told;
  }

  /** Push every waiting record with a seq above after. A batch not acknowledged is not sent again in this call. */
  async push(after = 0): Promise<void> {
    for (let at = after; ; ) {
      const batch = await this.batch(at);
      if (!batch.length) return;
      const answer = await this.pushBatch(batch);
      const acks: unknown[] = json(answer).acks ?? [];
      await this.takeAcks(acks.map((one) => unpackAck(one, batch)));
      await this.movePastAcks(answer);
      at = batch.at(-1)!.seq;
      this.pushedUpto = Math.max(this.pushedUpto, at);
    }
  }

  /** Push one batch packed, or plain when it cannot be packed or the server did not say that it reads this. */
  private async pushBatch(batch: SignedRecord[]): Promise<Answer> {
    const bytes = this.isPackedRead ? pack(batch) : undefined;
    if (bytes !== undefined) {
      try {
        return await this.post(bytes, CONTENT_TYPE);
      } catch (refusal) {
        if (!(refusal instanceof Refused) || !NOT_UNDERSTOOD.has(refusal.status)) throw refusal;
        this.isPackedRead = false;
      }
    }
    return this.post(JSON.stringify(batch.map((record) => ({ newDocumentState: record }))), "application/json");
  }

  private async post(told: string | Uint8Array<ArrayBuffer>, type: string): Promise<Answer> {
    const acks = String((await this.store.checkpoint.get("acks"))?.seq ?? 0);
    const zipped = await gzipped(told);
    const headers = {
      "Content-Type": type, Prefer: "return=acks", [ACKS_SEQ]: acks, ...(zipped && { "Content-Encoding": "gzip" }),
    };
    return this.call("POST", "/v1/sync/records/push", { headers, body: zipped ?? told });
  }

  /** Push what was written since; what this server does not acknowledge is not pushed before every chunk. */
  async pushNew(): Promise<void> {
    if ((await this.store.waiting(1, this.pushedUpto)).length) await this.push(this.pushedUpto);
  }

  /** Pull a collection to its end. Each page stands when it was taken. */
  pull(coll: Coll): Promise<void> {
    return pull(this.ground, coll);
  }

  /** Call the server as this device. Throws NotEnrolled, NoNetwork, Refused. */
  async call(method: string, path: string, wanted: Wanted = {}): Promise<Answer> {
    const token = await this.store.get<string>("token");
    if (!token) throw new NotEnrolled();
    return this.line.call(method, path, { ...wanted, headers: { Authorization: `Bearer ${token}`, ...wanted.headers } });
  }

  private get ground() {
    const heed = (coll: Coll, documents: any[]) => this.heed(coll, documents);
    return { store: this.store, session: this.session, call: this.call.bind(this), heed };
  }

  /** Return the collections that stand elsewhere on the server than last time; a locked phone takes no customers' data. */
  private async news(head: HeadTold): Promise<Coll[]> {
    const seen = new Map((await this.store.checkpoint.toArray()).map((row) => [row.coll, row.seen]));
    const mine = PULLED.filter((coll) => this.session.isOpen || coll === "acks" || coll === "proofs");
    return mine.filter((coll) => !head.heads || (head.heads[coll] ?? 0) !== (seen.get(coll) ?? 0));
  }

  private async pullNews(news: Coll[], heads: Record<string, number> | undefined): Promise<void> {
    if (!heads || news.length < SWEEP_FROM) for (const coll of news) await this.pull(coll);
    else await sweep(this.ground, news);
    if (!heads) return;
    const stands = new Map((await this.store.checkpoint.toArray()).map((row) => [row.coll, row]));
    await this.store.checkpoint.bulkPut(
      news.map((coll) => ({ seq: 0, epoch: "", ...stands.get(coll), coll, seen: heads[coll] ?? 0 })),
    );
  }

  private async heed(coll: Coll, documents: any[]): Promise<void> {
    if (coll === "acks") await this.takeAcks(documents);
    else if (coll === "proofs") await takeProofs(this.store, documents);
  }

  /** Stand behind the acks of a push answer when the server says that no others wait; else pull them later. */
  private async movePastAcks(answer: Answer): Promise<void> {
    const told = answer.headers.get(ACKS_SEQ) ?? "";
    if (!/^\d+$/.test(told)) {
      this.isBehindInAcks = true;
      return;
    }
    const epoch = (await this.store.get<string>("epoch")) ?? "";
    await this.store.checkpoint.put({ coll: "acks", seq: Number(told), epoch, seen: Number(told) });
  }

  private async batch(after: number): Promise<SignedRecord[]> {
    const batch: SignedRecord[] = [];
    let size = 0;
    for (const record of await this.outbox.opened(await this.store.waiting(MAX_ROWS, after))) {
      size += new TextEncoder().encode(JSON.stringify(record)).length + 64;
      if (batch.length && size > MAX_PUSH_BYTES) break;
      batch.push(record);
    }
    return batch;
  }

  /** Believe only what the server signed for this device; anything else is left aside and nothing is settled. */
  private async takeAcks(documents: any[]): Promise<void> {
    const key = await this.session.ackKey();
    const { device } = await this.session.signer();
    const checked = await Promise.all(documents.map((one) => verify(one, key, device).catch(() => undefined)));
    const { store } = this;
    await store.transaction("rw", [store.record, store.media, store.ack], async () => {
      for (const [i, told] of checked.entries()) {
        if (!told) continue;
        await store.ack.put({ id: told.id, document: documents[i] });
        await this.settle(told);
      }
    });
  }

  private async settle(told: Ack): Promise<void> {
    for (const { ref, hash, status, reason_code } of told.entries) {
      if (status === "file_verified") await this.store.settleMedia(ref, hash, "verified", told.received_at);
      else if (status === "quarantined") await this.store.settle(ref, hash, "quarantined", reason_code);
      else await this.store.settle(ref, hash, "accepted");
    }
  }
}

/** Return what is sent gzipped, undefined where the browser cannot. */
async function gzipped(told: string | Uint8Array<ArrayBuffer>): Promise<ArrayBuffer | undefined> {
  if (!("CompressionStream" in globalThis)) return undefined;
  return new Response(new Blob([told]).stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer();
}
