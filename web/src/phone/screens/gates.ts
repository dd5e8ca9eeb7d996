// What the rules are asked at the door and on leaving: the facts of this visit under the names of the rule pack, and what
// becomes of the answer. Twin of server/visits/findings.py. The stop flag is looked at before everything else.

import type { Answers } from "@shared/expressions";
import { evaluate, failing, type Gate, type RuleResult } from "@shared/compliance/evaluate";
import type { CardDocument, RulesDocument, RulesTold, StopDocument } from "../core";

type Facts = { [name: string]: unknown };

/** The agent's word on a rule that asks for it: who agreed, and why. */
export type Agreed = { [rule: string]: { by: string; reason: string } };

/** What the pack said at one gate; results are those not kept, the worst first. */
export interface Judged {
  gate: Gate;
  pack: string;
  digest: string;
  kept: string[];
  results: RuleResult[];
}

const NOTHING_TOLD = new Set(["", "8", "9", "10", "11", "12", "14"]);
const AMOUNT_PAPERS = ["account_statement", "dunning_letter", "lawyers_letter", "promise"];
const TICKS: { [told: string]: string } = {
  identity: "commissioned_by", recording: "recording", no_cash: "no_cash", data_notice: "privacy", objection_channel: "objection",
};

/** Ask the pack at a gate; without a pulled pack there is nothing to ask, and that is what is recorded. */
export function judge(rules: RulesDocument | undefined, gate: Gate, facts: Facts[]): Judged {
  const all = rules ? facts.flatMap((one) => evaluate(rules.document, gate, one)) : [];
  const kept = all.filter((one) => one.finding === "kept").map((one) => one.rule.id);
  return { gate, pack: rules?.id ?? "", digest: rules?.digest ?? "", kept: [...new Set(kept)], results: failing(all) };
}

/** Return the judgement as a record carries it. */
export function told({ gate, pack, digest, kept, results }: Judged, agreed: Agreed = {}): RulesTold {
  const broken = results.map(({ rule, finding, action }) => {
    const { by = "", reason = "" } = agreed[rule.id] ?? {};
    return { rule_id: rule.id, finding, action, agreed_by: by, reason };
  });
  return { pack, digest, gate, kept, broken };
}

/** Return the facts before the arrival: is anything against this door, at this hour, with these people? */
export function arrivalFacts({ stop, card, now }: { stop: StopDocument; card: CardDocument; now: number }): Facts {
  const ends = new Date(now + stop.service_min * 60_000).toISOString();
  return {
    case: { freeze_kinds: [...card.frozen] },
    visit: { starts_at: new Date(now).toISOString(), ends_at: ends },
    crew: { checked_in_ids: [...stop.agents] },
  };
}

/** What of the visit the answers do not hold. */
export interface SoFar {
  arrivedAt: string;
  now: number;
  agents: string[];
  signed: string; // state of the paper signed on the screen, empty for none
  hasPaperPhoto: boolean;
}

/** Return the facts of the visit so far: those of the conduct, and those about a paper signed. */
export function visitFacts(answers: Answers, so: SoFar): Facts[] {
  const text = (name: string) => (typeof answers[name] === "string" ? (answers[name] as string) : "");
  const list = (name: string) => (Array.isArray(answers[name]) ? (answers[name] as string[]) : []);
  const [met, outcome] = [text("met"), text("outcome")];
  const facts: Facts = {
    record: { field_names: Object.keys(answers) },
    visit: { starts_at: so.arrivedAt, ends_at: new Date(so.now).toISOString() },
    crew: { checked_in_ids: [...so.agents] },
    text: { body: text("outcome_note") },
  };
  if (met && met !== "nobody" && met !== "third_party") facts.door = door(answers, text, list);
  // Who only left asked for nothing: there is no purpose to judge.
  const isAsked = text("third_party_step") === "pass_contact_slip" || answers.do_not_contact === true || !NOTHING_TOLD.has(outcome);
  if (met === "third_party" && isAsked) facts.contact = contact(answers, { text, outcome, list });
  if (met === "co_resident_adult" && (list("delivered").length || so.signed)) {
    const isSealed = !list("delivered").length || answers.is_sealed === true;
    facts.recipient = { role: met, is_adult: answers.is_adult ? answers.is_adult === "yes" : null, relation: text("relation"), is_sealed: isSealed, saw_content: !isSealed };
  }
  return so.signed && so.signed !== "none" ? [facts, signing(met, answers, so)] : [facts];
}

type Read<T> = (name: string) => T;

function door(answers: Answers, text: Read<string>, list: Read<string[]>): Facts {
  const ticked = list("told").map((one) => TICKS[one] ?? one);
  if (answers.credentials_shown === true) ticked.push("work_id", "authority");
  return {
    ticked, recording_state: answers.recorded === "yes" ? "on" : "off", special: text("outcome") === "11" ? ["danger"] : [],
    entered_private_place: text("place") === "inside_with_consent", entry_consent_id: text("entry_consent_by") || null,
    outcome: Number(text("outcome")) || null, letter_posted: false,
  };
}

function contact(answers: Answers, { text, outcome, list }: { text: Read<string>; outcome: string; list: Read<string[]> }): Facts {
  return {
    with: "third_party", purpose: purposeOf(text("third_party_step")), told_of_debt: !NOTHING_TOLD.has(outcome),
    handed_over: list("delivered").concat(text("third_party_step") === "pass_contact_slip" ? ["contact_slip"] : []),
    has_refused: answers.do_not_contact === true, keeps_third_party_name: false, channel: "agent_app",
  };
}

/** Return why somebody who owes nothing was spoken to, null when nothing was asked of this person. */
export const purposeOf = (step: string): string | null => (step === "pass_contact_slip" ? "pass_message" : null);

function signing(met: string, answers: Answers, { signed, agents, hasPaperPhoto }: SoFar): Facts {
  const [state, isHand] = [signed, signed.startsWith("signed_")];
  return {
    signature: {
      state, strokes: isHand ? 1 : 0, has_recording: answers.recorded === "yes", witness_ids: isHand ? agents.slice(1) : agents,
      paper_photo_sha256: hasPaperPhoto ? "taken" : null,
    },
    paper: { kind: "account_statement", reader_role: met, shows_amount: AMOUNT_PAPERS.includes("account_statement") && state !== "signed_by_relative" && state !== "left_sealed" },
  };
}
