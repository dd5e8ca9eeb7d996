// What the app records at a door: arrival and signatures at their own moment, the rest when the crew leaves, each a
// signed record. Twin of sync/phone/visit.py. Source: docs/records.md.

import type { SignedRecord } from "@shared/envelope";
import type { Draft, Drafts } from "./drafts";
import { newId } from "./senses";
import type { Body, Item, Outbox } from "./outbox";
import type { Fix, Located } from "./position";
import type { Store } from "./store";

/** The arrival of this visit was not signed yet. */
export class NotArrived extends Error {
  override name = "NotArrived";
}

/** Who was met (会见人). */
export interface Met {
  who: "debtor" | "co_debtor" | "guarantor" | "co_resident_adult" | "third_party" | "nobody";
  name: string;
  relation: string;
  is_adult: boolean | null;
  id_checked: "id_card_seen" | "other_proof" | "not_shown";
  id_last4: string;
  place: "at_door" | "inside_with_consent" | "public_place" | "workplace_reception";
  entry_consent_by: string;
  purpose?: string | undefined; // why somebody who owes nothing was spoken to
}

/** What was said (已告知事项). */
export interface Disclosure {
  told: Record<string, boolean>;
  credentials_shown: boolean;
  language: string;
  recording_started_at: string | null;
}

/** What the rules said at a gate: the pack, the ids of what is kept, and the rest with the agent's answer to it. */
export interface RulesTold {
  pack: string;
  digest: string;
  gate: string;
  kept: string[];
  broken: { rule_id: string; finding: string; action: string; agreed_by: string; reason: string }[];
}

/** Outcome of the visit (外访结果): code 1–14, papers handed over, the answers of the form. */
export interface Outcome {
  code: number;
  note: string;
  next_step: string;
  delivered: { kind: string; serial: string; copies: number; sealed: boolean }[];
  rules?: RulesTold | undefined;
}

/** Promise to pay (还款承诺), in fen; says nothing of money received. */
export interface Promised {
  promisor: { name: string; role: "debtor" | "co_debtor" | "guarantor" };
  confirmed_fen: number;
  confirmed_as_of_on: string;
  instalments: { no: number; due_on: string; amount_fen: number }[];
  method: string;
  account_ref: string;
  is_voluntary: boolean;
  consequences_told: boolean;
}

/** A paper signed, refused or left (签署文件). */
export interface SignedPaper {
  paper: {
    id: string; kind: string; serial: string; sha256: string; rendered_as: "pdf" | "form"; template: string;
    shown_ms: number; scrolled_to_end: boolean;
  };
  state: "signed_by_debtor" | "signed_by_relative" | "refused_witnessed" | "left_sealed" | "void";
  reason: string;
  objection: "none" | "partial" | "whole";
  signer: { role: string; name: string; relation: string; id_last4: string; id_checked: string } | null;
  witnesses: { agent: string }[];
  capture: { unit: "0.01mm"; w: number; h: number; hz: number; pressure_max: number; t0_at: string } | null;
  strokes: { t0_ms: number; p: [number, number, number, number][] }[];
  fix: Fix | null;
  said?: string; // the sentence that stood above the signature, to the letter
}

/** A safety or conduct incident (安全事件); severity 3 is danger now (我遇到危险). */
export interface Incident {
  kind: "threat" | "violence" | "accident" | "animal" | "detained" | "do_not_contact" | "other";
  severity: 1 | 2 | 3;
  note: string;
  police_called: boolean;
  fix: Fix | null;
}

/** What is recorded when the crew leaves. */
export interface Leaving {
  met: Met;
  disclosure: Disclosure | null;
  outcome: Outcome;
  promise: Promised | null;
  located: Located;
}

/** How often the debtor was reached on a day, and how often nobody answered, whoever called. */
export interface DayCalls {
  on: string;
  reached: number;
  unanswered: number;
}

export type CallResult = "reached" | "no_answer" | "wrong_number";
export type PlanEvent = "received" | "started" | "en_route" | "skipped" | "blocked" | "finished";

/** What may be told with the arrival. */
export interface Arriving {
  address_as_planned?: boolean;
  place_note?: string;
  rules?: RulesTold;
}

/** Writes the records of visits. */
export class Visits {
  private readonly arrivals = new Map<string, Promise<void>>(); // being written, by visit

  constructor(private readonly store: Store, private readonly outbox: Outbox, private readonly drafts: Drafts) {}

  /** Record the arrival (到场), once; the position may be missing with a reason, and the address is not asked yet. */
  async arrive(draft: Draft, located: Located, more: Arriving = {}): Promise<void> {
    const { visit_id, arrived } = draft.content;
    if (arrived) return;
    const writing = this.arrivals.get(visit_id) ?? this.checkIn(draft, located, more).finally(() => this.arrivals.delete(visit_id));
    this.arrivals.set(visit_id, writing);
    await writing;
    draft.content.arrived = true;
    await draft.flush();
  }

  private async checkIn(draft: Draft, located: Located, more: Arriving): Promise<void> {
    const { agents, plan_version, visit_id } = draft.content;
    const body = {
      agents: [...agents], fix: located.fix, no_fix_reason: located.no_fix_reason, address_as_planned: more.address_as_planned ?? null,
      place_note: more.place_note ?? "", plan_version, ...(more.rules && { rules: more.rules }),
    };
    // A draft whose save was lost after the arrival was signed finds its record again.
    if (await this.store.record.where("subject").equals(visit_id).count()) return;
    await this.outbox.write([{ ...this.item(draft, "check_in", body), ...gps(located) }]);
  }

  /** Record a signature, a refusal or a paper left, at its own moment (签署文件). */
  async sign(draft: Draft, signed: SignedPaper): Promise<SignedRecord> {
    this.needArrival(draft);
    const [record] = await this.outbox.write([this.item(draft, "signed_paper", { ...signed })]);
    return record!;
  }

  /** Record an incident at once; stopId and draft are left out away from any door. */
  async incident(told: Incident, about: { draft?: Draft; stopId?: string } = {}): Promise<SignedRecord> {
    const place = about.draft
      ? this.item(about.draft, "incident", { ...told })
      : { type: "incident" as const, body: { visit_id: "", stop_id: about.stopId ?? "", ...told } };
    return (await this.outbox.write([place]))[0]!;
  }

  /** Record progress on the plan (行程事件); skipped and blocked need a reason. */
  async onPlan(event: PlanEvent, told: { stopId?: string; reason?: string; plan_version: number; fix?: Fix | null }): Promise<void> {
    const body = { stop_id: told.stopId ?? "", event, reason: told.reason ?? "", plan_version: told.plan_version, fix: told.fix ?? null };
    await this.outbox.write([{ type: "plan_event", body }]);
  }

  /** Record a call to the debtor (联系尝试), when the agent says so; the number is never in it. */
  async contact(result: CallResult, { id, case_id }: { id: string; case_id: string }): Promise<void> {
    const body = { stop_id: id, case_id, with: "debtor", channel: "agent_app", result };
    await this.outbox.write([{ type: "contact_attempt", body }]);
  }

  /** Return the calls of a day (YYYY-MM-DD) to the debtor: those the office knew of at the last pull, and those not sent yet. */
  async calls({ id }: { id: string }, known: DayCalls | undefined, on: string): Promise<DayCalls> {
    const rows = await this.store.record.where("subject").equals(id).and(({ type, state }) => type === "contact_attempt" && state === "waiting").toArray();
    const results = (await this.outbox.opened(rows)).map((one) => (JSON.parse(one.env) as { body: { result: CallResult } }).body.result);
    const of = (result: CallResult) => results.filter((one) => one === result).length;
    const { reached, unanswered } = known?.on === on ? known : { reached: 0, unanswered: 0 };
    return { on, reached: reached + of("reached"), unanswered: unanswered + of("no_answer") };
  }

  /**
   * Record what is left of the visit and the departure (离开) with its photos, in one transaction that also ends the
   * draft: after it, everything waits to be sent; before it, nothing does.
   */
  async leave(draft: Draft, told: Leaving): Promise<void> {
    this.needArrival(draft);
    const { visit_id, stop_id, form, answers, photos } = draft.content;
    const outcome = { ...told.outcome, form: form && { ...form, answers: plain(answers) } };
    const items: Item[] = [this.item(draft, "met", { ...told.met })];
    if (told.disclosure) items.push(this.item(draft, "disclosure", { ...told.disclosure }));
    items.push(this.item(draft, "outcome", outcome));
    if (told.promise) items.push(this.item(draft, "promise", { promise_id: newId(this.outbox.senses), ...told.promise }));
    if (photos.length) items.push(this.manifest(draft));
    const before = (await this.store.record.where("subject").equals(visit_id).sortBy("seq")).map(({ id, hash }) => ({ id, hash }));
    const end = (made: SignedRecord[]): Item => {
      const records = [...before, ...made.map(({ id, hash }) => ({ id, hash }))];
      const body = { fix: told.located.fix, no_fix_reason: told.located.no_fix_reason, records };
      return { ...this.item(draft, "check_out", body), ...gps(told.located) };
    };
    await draft.flush();
    await this.outbox.write([...items, end], async () => {
      await this.store.draft.delete(visit_id);
      await this.store.note.put({ id: `visited/${stop_id}`, value: { visit: visit_id, code: told.outcome.code } });
    });
    this.drafts.forget(stop_id);
  }

  /** Record a correction slip (更正单): the whole body as it should have been; both stay visible. */
  async correct(record: SignedRecord, reason: string, body: Body): Promise<SignedRecord> {
    const { visit_id, stop_id, case_id } = JSON.parse(record.env).body;
    const about = { visit_id, stop_id, case_id };
    const slip = { supersedes: record.id, supersedes_hash: record.hash, corrects: record.type, reason, body: { ...about, ...body } };
    return (await this.outbox.write([{ type: "correction", body: { ...about, ...slip } }]))[0]!;
  }

  private manifest(draft: Draft): Item {
    const photos = plain(draft.content.photos) as Draft["content"]["photos"];
    const files = photos.map(({ sha256: _, bytes: __, mime: ___, ...told }) => told);
    return { ...this.item(draft, "manifest", { files }), bind: photos };
  }

  private item(draft: Draft, type: Item["type"], body: Body): Item {
    const { visit_id, stop_id, case_id } = draft.content;
    return { type, body: { visit_id, stop_id, case_id, ...(plain(body) as Body) } };
  }

  private needArrival(draft: Draft): void {
    if (!draft.content.arrived) throw new NotArrived();
  }
}

const gps = (located: Located): { gpsTime?: number } =>
  located.fix && located.gpsTime !== undefined ? { gpsTime: Math.round(located.gpsTime) } : {};

/** Return a value free of the screen's reactivity. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
