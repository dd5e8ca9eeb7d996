// The rules at the door and the answers a visit begins with, against the pack that ships.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { check } from "@shared/answers";
import type { Form } from "@shared/definitions";
import type { Answers } from "@shared/expressions";
import type { CardDocument, RulesDocument, StopDocument } from "../core";
import { fill } from "./defaults";
import { arrivalFacts, judge, told, visitFacts } from "./gates";
import { leaving } from "./leaving";

const root = new URL("../../../../", import.meta.url);
const read = (path: string) => JSON.parse(readFileSync(new URL(path, root), "utf8"));
const rules = { id: "cn-2026.1", version: "1", digest: "ab", document: read("server/compliance/rulepacks/cn-2026.1.json") } as RulesDocument;
const form = read("field_forms/forms/visit-1.json") as Form;
const stop = { id: "s", agents: ["a1", "a2"], service_min: 20, plan_version: 1 } as unknown as StopDocument;
const card = (frozen: string[] = []) => ({ frozen, debtor: { name: "冯兰𬱖" }, debt: { outstanding_fen: 5830000, as_of: "2026-11-30" } }) as unknown as CardDocument;
const at = (hour: string) => Date.parse(`2026-12-02T${hour}:00+08:00`);
const so = { arrivedAt: "2026-12-02T02:00:00.000Z", now: at("10:20"), agents: ["a1", "a2"], signed: "", hasPaperPhoto: false };
const broken = (judged: ReturnType<typeof judge>) => judged.results.map(({ rule, action }) => `${rule.id} ${action}`);

test("by day, two at the door and no flag: nothing stands against the visit", () => {
  const judged = judge(rules, "door", [arrivalFacts({ stop, card: card(), now: at("10:00") })]);
  assert.deepEqual(judged.results, []);
  assert.deepEqual(judged.kept.sort(), ["CREW-DOOR", "FREEZE", "HOURS"]);
});

test("a stop flag forbids, the night asks who agreed, and the flag stands first", () => {
  const judged = judge(rules, "door", [arrivalFacts({ stop, card: card(["complaint"]), now: at("22:30") })]);
  assert.deepEqual(broken(judged), ["FREEZE BLOCK", "HOURS CONFIRM"]);
  assert.deepEqual(told(judged, { HOURS: { by: "周主管", reason: "书面同意" } }).broken[1], {
    rule_id: "HOURS", finding: "broken", action: "CONFIRM", agreed_by: "周主管", reason: "书面同意",
  });
});

test("a visit that would end at night is asked about before it begins", () => {
  assert.deepEqual(broken(judge(rules, "door", [arrivalFacts({ stop, card: card(), now: at("21:50") })])), ["HOURS CONFIRM"]);
});

test("who leaves without the mandated statements is told so", () => {
  const answers = { met: "debtor", outcome: "3", told: ["no_cash"], place: "at_door" } as Answers;
  assert.ok(broken(judge(rules, "checkout", visitFacts(answers, so))).includes("IDENT BLOCK"));
  Object.assign(answers, { told: ["identity", "no_cash"], credentials_shown: true });
  assert.ok(!broken(judge(rules, "checkout", visitFacts(answers, so))).includes("IDENT BLOCK"));
});

test("a third party who refuses ends it; who is told of the debt breaks the mode; who was only left was asked nothing", () => {
  const facts = (more: Answers) => broken(judge(rules, "door", visitFacts({ met: "third_party", ...more } as Answers, so)));
  assert.deepEqual(facts({ third_party_step: "leave" }), []);
  assert.deepEqual(facts({ third_party_step: "pass_contact_slip" }), []);
  assert.ok(facts({ third_party_step: "leave", do_not_contact: true } as Answers).includes("THIRD-REFUSAL BLOCK"));
  assert.ok(facts({ third_party_step: "pass_contact_slip", outcome: "3" }).includes("THIRD-MODE BLOCK"));
});

test("a private place entered without consent asks for it; a minor may not receive", () => {
  const inside = { met: "debtor", place: "inside_with_consent" } as Answers;
  assert.deepEqual(broken(judge(rules, "door", visitFacts(inside, so))), ["ENTRY CONFIRM"]);
  const minor = { met: "co_resident_adult", is_adult: "no", relation: "女儿", delivered: ["dunning_letter"], is_sealed: true } as Answers;
  assert.ok(broken(judge(rules, "door", visitFacts(minor, so))).includes("CAPACITY BLOCK"));
});

test("a word that no visit may use is pointed out", () => {
  const answers = { met: "debtor", outcome: "3", outcome_note: "建议借新还旧" } as Answers;
  assert.ok(broken(judge(rules, "checkout", visitFacts(answers, so))).includes("BORROW WARN"));
});

const filled = (answers: Answers) => {
  for (let turn = 0; turn < 3; turn += 1) fill(answers, { form, checked: check(form, answers, { today: "2026-12-02", language: "zh" }), card: card() });
  return answers;
};

test("what is known is filled in; whom the crew met never is", () => {
  assert.deepEqual(filled({}), { address_as_planned: "yes" });
  const answers = filled({ met: "debtor", outcome: "1" });
  assert.deepEqual(
    [answers.met_name, answers.confirmed_fen, answers.confirmed_as_of_on, answers.place, answers.next_step],
    ["冯兰𬱖", 5830000, "2026-11-30", "at_door", "await_promise"],
  );
  assert.equal(filled({ met: "co_resident_adult" }).met_name, undefined);
});

test("a choice that somebody made stays; a next step of another outcome does not", () => {
  assert.equal(filled({ met: "debtor", outcome: "1", next_step: "phone", place: "public_place" }).next_step, "phone");
  assert.equal(filled({ met: "debtor", outcome: "4", next_step: "await_promise" }).next_step, "resolve_dispute");
});

test("the records of a third party name nobody and say why he was spoken to", () => {
  const told = { papers: [], located: { fix: null, no_fix_reason: "denied" as const }, arrivedAt: "2026-12-02T02:00:00.000Z" };
  const { met, disclosure, promise } = leaving({ met: "third_party", met_name: "邻居", third_party_step: "pass_contact_slip", outcome: "9" }, told);
  assert.deepEqual([met.name, met.purpose, disclosure, promise], ["", "pass_message", null, null]);
  assert.equal(leaving({ met: "third_party", third_party_step: "leave", outcome: "9" }, told).met.purpose, undefined);
});
