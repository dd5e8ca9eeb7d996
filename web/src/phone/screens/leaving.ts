// What the answers of the form become when the crew leaves: the records met, disclosure, outcome and promise.
// Source: docs/records.md, "Bodies by type".

import type { Answers } from "@shared/expressions";
import type { Leaving, Located, Met, PaperDocument, RulesTold } from "../core";
import { purposeOf } from "./gates";

const OWING = new Set(["debtor", "co_debtor", "guarantor"]);

/** Return the records of a visit, in the words of records; `answers` are those the form was checked to hold. */
export function leaving(answers: Answers, told: { papers: PaperDocument[]; located: Located; arrivedAt: string; rules?: RulesTold }): Leaving {
  const text = (name: string) => (typeof answers[name] === "string" ? (answers[name] as string) : "");
  const list = (name: string) => (Array.isArray(answers[name]) ? (answers[name] as string[]) : []);
  const who = (text("met") || "nobody") as Met["who"];
  const knows = OWING.has(who) || who === "co_resident_adult";
  const met: Met = {
    who, name: knows ? text("met_name") : "", relation: text("relation"),
    is_adult: answers.is_adult ? answers.is_adult === "yes" : OWING.has(who) || null,
    id_checked: (text("id_checked") || "not_shown") as Met["id_checked"], id_last4: text("id_last4"),
    place: (text("place") || "at_door") as Met["place"], entry_consent_by: text("entry_consent_by"),
    ...(who === "third_party" && purposeOf(text("third_party_step")) ? { purpose: "pass_message" } : {}),
  };
  const disclosure = knows
    ? {
        told: Object.fromEntries(["identity", "recording", "no_cash", "data_notice", "objection_channel"].map((one) => [one, list("told").includes(one)])),
        credentials_shown: answers.credentials_shown === true, language: "zh-CN",
        recording_started_at: answers.recorded === "yes" ? told.arrivedAt : null,
      }
    : null;
  const delivered = told.papers.filter((one) => list("delivered").includes(one.kind))
    .map(({ kind, serial }) => ({ kind, serial, copies: 1, sealed: answers.is_sealed === true }));
  const outcome = { code: Number(text("outcome")) || 10, note: text("outcome_note"), next_step: text("next_step"), delivered, rules: told.rules };
  return { met, disclosure, outcome, promise: OWING.has(who) ? promised(answers, met) : null, located: told.located };
}

function promised(answers: Answers, met: Met): Leaving["promise"] {
  const rows = (Array.isArray(answers.instalments) ? answers.instalments : []) as { due_on?: string; amount_fen?: number }[];
  const whole = rows.filter((row) => row.due_on && Number.isInteger(row.amount_fen));
  if (answers.outcome !== "1" || !whole.length) return null;
  return {
    promisor: { name: met.name, role: met.who as "debtor" }, confirmed_fen: Number(answers.confirmed_fen) || 0,
    confirmed_as_of_on: String(answers.confirmed_as_of_on ?? ""), method: "bank_transfer", account_ref: "",
    instalments: whole.map((row, at) => ({ no: at + 1, due_on: row.due_on!, amount_fen: row.amount_fen! })),
    is_voluntary: answers.is_voluntary === true, consequences_told: answers.consequences_told === true,
  };
}
