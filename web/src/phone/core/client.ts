// The phone's side of the protocol: ask the head, push what waits, pull what changed, upload files.
// Twin of sync/phone/client.py. Source: docs/sync.md.

import * as ack from "@shared/ack";
import { sha256Hex } from "@shared/canonical";
import type { Jwk } from "@shared/signature";
import { type SignedIn, uploadAll } from "./media";
import { open } from "./outbox";
import { type Coll, isControl, pull, PULLED } from "./pulls";
import { deviceKey, openJson, sealBytes } from "./seals";
import type { Store } from "./store";
import { call, gzip, json, NotOurServer, Refused } from "./transport";

const MAX_ROWS = 200;
const MAX_PUSH_BYTES = 2 * 1024 * 1024;
const KEEP_VERIFIED_MS = 7 * 86_400_000;
const GONE = 410;
const TOO_OLD = 426;

interface Head {
  heads?: Record<string, number>;
  device: { resend_from?: number | null };
  server_time?: string;
}

/** Drives the protocol over one store. `pinKey` is the key of customers' data, null while the app is locked. */
export class Client {
  private pushedUpto = 0;
  private isBehindInAcks = false;
  private roundTripMs: number | null = null;

  constructor(private readonly store: Store, private readonly pinKey: () => CryptoKey | null) {}

  /** Do one whole round. Throws NoNetwork (what was done stands), or Refused for a revoked phone or an app too old. */
  async round(): Promise<void> {
    try {
      await this.once();
    } catch (fault) {
      if (!(fault instanceof Refused)) throw fault;
      if (fault.problem.wipe) await this.handIn(String(fault.problem.epoch ?? ""));
      if (fault.status === TOO_OLD) await this.handInWhatWaits();
      if (fault.status !== GONE) throw fault;
      await this.store.startAgain(String(fault.problem.epoch ?? ""));
      await this.once();
    }
  }

  private async once(): Promise<void> {
    const head = await this.head();
    const news = await this.news(head);
    const mayHaveMissedAcks = news.includes("acks") && ((await this.store.checkpoints.get("acks"))?.seq ?? 0) > 0;
    if (mayHaveMissedAcks && head.device.resend_from == null) await this.pull("acks");
    this.isBehindInAcks = false;
    this.pushedUpto = 0;
    await this.push(0);
    for (const coll of news) if (coll !== "acks" || !mayHaveMissedAcks) await this.pull(coll);
    const uploaded = await uploadAll(this.store, this.signedIn, () => this.pushNew());
    if (uploaded || this.isBehindInAcks) await this.pull("acks");
    if (this.pinKey()) await this.fetchPapers();
  }

  private readonly signedIn: SignedIn = async (path, given) => {
    const sealed = await this.store.get<ArrayBuffer>("token");
    if (!sealed) throw new Refused(401, { type: "/problems/not-signed-in" });
    return call(path, await openJson<string>(await deviceKey(this.store), sealed), given);
  };

  private async head(): Promise<Head> {
    const headers: Record<string, string> = {
      "Doorstep-Time": new Date().toISOString(),
      "Doorstep-Unsent": String(await this.store.unsent()),
      "Doorstep-Acked": String(await this.store.ackedSeq()),
      "Doorstep-Epoch": (await this.store.get<string>("epoch")) ?? "",
      "Doorstep-Plan": (await this.store.get<string>("plan")) ?? "",
    };
    if (this.roundTripMs !== null) headers["Doorstep-Rtt-Ms"] = String(this.roundTripMs);
    const began = performance.now();
    const told = await json<Head>(await this.signedIn("/v1/sync/head", { headers }));
    this.roundTripMs = Math.max(0, Math.round(performance.now() - began));
    if (told.server_time) await this.heedServerTime(Date.parse(told.server_time));
    if (told.device.resend_from != null) await this.store.sendAgainFrom(told.device.resend_from);
    return told;
  }

  /** Remember how far this clock is off, and drop bytes verified a week ago by the server's clock. */
  private async heedServerTime(serverMs: number): Promise<void> {
    if (!Number.isFinite(serverMs)) return;
    await this.store.put({ clock_offset_ms: serverMs - Date.now() });
    const before = new Date(serverMs - KEEP_VERIFIED_MS).toISOString();
    await this.store.media.where({ state: "verified" }).and((one) => one.verified_at < before).modify({ content: null });
  }

  private async news(head: Head): Promise<Coll[]> {
    const seen = (await this.store.get<Record<string, number>>("heads")) ?? {};
    const told = head.heads;
    const colls = told ? PULLED.filter((coll) => (told[coll] ?? 0) !== (seen[coll] ?? 0)) : [...PULLED];
    return colls.filter((coll) => isControl(coll) || this.pinKey() !== null);
  }

  private async pull(coll: Coll): Promise<void> {
    const key = isControl(coll) ? await deviceKey(this.store) : this.pinKey();
    if (key === null) return;
    await pull(this.store, this.signedIn, coll, key, async (documents) => {
      if (coll === "acks") await this.takeAcks(documents);
    });
  }

  /** Push every waiting record above a seq; a batch that is not acknowledged never blocks the next. */
  private async push(after: number): Promise<void> {
    for (let upto = after; ;) {
      const rows = await this.batch(upto);
      if (!rows.length) return;
      const text = `[${rows.map((row) => `{"newDocumentState":${row.document}}`).join(",")}]`;
      const { body, headers } = await gzip(text);
      const at = (await this.store.checkpoints.get("acks"))?.seq ?? 0;
      const answer = await this.signedIn("/v1/sync/records/push", {
        method: "POST", body,
        headers: { ...headers, "Content-Type": "application/json", Prefer: "return=acks", "Doorstep-Acks-Seq": String(at) },
      });
      const told = await json<{ acks?: unknown[] }>(answer);
      await this.takeAcks(told.acks ?? []);
      await this.movePastAcks(answer.headers.get("Doorstep-Acks-Seq") ?? "");
      upto = rows.at(-1)!.seq;
      this.pushedUpto = Math.max(this.pushedUpto, upto);
    }
  }

  private async batch(after: number): Promise<{ seq: number; document: string }[]> {
    const waiting = await this.store.records.where("seq").above(after).and((row) => row.state === "waiting").limit(MAX_ROWS).toArray();
    const batch = [];
    let size = 0;
    for (const row of waiting) {
      const document = JSON.stringify(await open(this.store, row));
      size += new TextEncoder().encode(document).length;
      if (batch.length && size > MAX_PUSH_BYTES) break;
      batch.push({ seq: row.seq, document });
    }
    return batch;
  }

  private async pushNew(): Promise<void> {
    if ((await this.batch(this.pushedUpto)).length) await this.push(this.pushedUpto);
  }

  /** Stand behind the acks of a push answer when the server says that no others wait; else pull them later. */
  private async movePastAcks(told: string): Promise<void> {
    if (!/^\d+$/.test(told)) {
      this.isBehindInAcks = true;
      return;
    }
    const epoch = (await this.store.get<string>("epoch")) ?? "";
    const heads = (await this.store.get<Record<string, number>>("heads")) ?? {};
    await this.store.checkpoints.put({ coll: "acks", seq: Number(told), epoch });
    await this.store.put({ heads: { ...heads, acks: Number(told) } });
  }

  /** Believe only what the server signed for this device; for anything else nothing is settled. */
  private async takeAcks(documents: unknown[]): Promise<void> {
    const key = await this.store.get<Jwk>("ack_key");
    const device = await this.store.get<string>("device");
    if (!key || !device) return;
    for (const document of documents) {
      const told = await ack.verify(document, { key, device }).catch(() => null);
      if (told) await this.settle(told);
    }
  }

  private async settle(told: ack.Ack): Promise<void> {
    const { records, media, state } = this.store;
    await this.store.transaction("rw", records, media, state, async () => {
      for (const { ref, hash, status, reason_code } of told.entries) {
        if (status === "file_verified") {
          await media.where({ id: ref }).and((one) => one.sha256 === hash).modify({ state: "verified", verified_at: told.received_at });
        } else {
          const result = status === "quarantined" ? "quarantined" : "accepted";
          await records.where({ id: ref }).and((one) => one.hash === hash).modify({ state: result, reason: reason_code });
        }
      }
      await this.store.put({ last_ack_at: told.received_at });
    });
  }

  private async fetchPapers(): Promise<void> {
    const key = this.pinKey()!;
    const here = new Set(await this.store.papers.toCollection().primaryKeys());
    for (const row of await this.store.documents.where({ coll: "papers" }).toArray()) {
      if (here.has(row.id)) continue;
      const { sha256 } = await openJson<{ sha256: string }>(key, row.document);
      const answer = await this.signedIn(`/v1/sync/papers/${row.id}/pdf`).catch((fault) => {
        if (fault instanceof Refused) return null;
        throw fault;
      });
      if (!answer) continue;
      const content = await answer.arrayBuffer();
      if ((await sha256Hex(content)) !== sha256) throw new NotOurServer(`paper ${row.id} has another hash`);
      await this.store.papers.put({ id: row.id, content: await sealBytes(key, content) });
    }
  }

  /** Hand in what this revoked phone holds, then delete the customers' data it pulled. */
  private async handIn(epoch: string): Promise<void> {
    if (epoch && epoch !== (await this.store.get("epoch"))) await this.store.startAgain(epoch);
    try {
      await this.handInWhatWaits();
    } finally {
      await this.store.forgetDocuments();
      await this.store.drafts.clear();
      await this.store.put({ revoked: true });
    }
  }

  private async handInWhatWaits(): Promise<void> {
    await this.push(0);
    await uploadAll(this.store, this.signedIn, () => this.pushNew());
  }
}
