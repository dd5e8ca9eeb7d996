// What the rules say about the facts at one gate: the twin of server/compliance/evaluate.py.
// An unknown is never a pass: it counts as broken for what blocks or asks, and says so.

import { evaluate as value } from "./expression";

type Json = any; // eslint-disable-line @typescript-eslint/no-explicit-any

export type Gate = "screening" | "plan" | "dispatch" | "door" | "checkout" | "sync" | "print" | "export";
export type Action = "BLOCK" | "CONFIRM" | "WARN" | "RECORD";
export type Finding = "kept" | "broken" | "unknown";

/** One rule as the pack has it; `about` names the part of the facts it looks at. */
export interface Rule {
  id: string;
  about: string;
  text: { zh: string; en: string };
  source: string;
  grade: "A" | "B" | "C";
  where: Gate[];
  action: Action;
  action_at?: { [gate in Gate]?: Action };
  when?: Json;
  check: Json;
  params: { [name: string]: Json };
  enabled: boolean;
  confirm_by_counsel: boolean;
  override_role: string | null;
  set_by?: string[];
}

/** A rule pack as a phone pulls it. */
export interface RulePack {
  id: string;
  version: string;
  utc_offset_min: number;
  rules: Rule[];
}

/** One rule's finding, with everything a screen must show beside it. */
export interface RuleResult {
  rule: Rule;
  finding: Finding;
  action: Action;
}

const ORDER: Action[] = ["BLOCK", "CONFIRM", "WARN", "RECORD"];

/** Return the finding of every enabled rule of the gate about a part the facts hold, in the pack's order. */
export function evaluate(pack: RulePack, gate: Gate, facts: { [name: string]: Json }): RuleResult[] {
  return pack.rules.flatMap((rule) => {
    if (!rule.enabled || !rule.where.includes(gate) || !Object.hasOwn(facts, rule.about)) return [];
    const context = { facts, params: rule.params, utcOffsetMin: pack.utc_offset_min };
    if (value(rule.when ?? true, context) === false) return [];
    const held = value(rule.check, context);
    const finding: Finding = held === true ? "kept" : held === false ? "broken" : "unknown";
    return [{ rule, finding, action: rule.action_at?.[gate] ?? rule.action }];
  });
}

/** Return the results that are not kept, the worst first and otherwise in the order given. */
export function failing(results: RuleResult[]): RuleResult[] {
  return results
    .filter((result) => result.finding !== "kept")
    .sort((left, right) => ORDER.indexOf(left.action) - ORDER.indexOf(right.action));
}

/** Tell whether the work stops here. */
export const blocks = (result: RuleResult): boolean => result.finding !== "kept" && result.action === "BLOCK";

/** Tell whether somebody with the override role must agree before the work goes on. */
export const needsAgreement = (result: RuleResult): boolean => result.finding !== "kept" && result.action === "CONFIRM";
