// A visit as the page reads it: its records' positions, its files, what the rules found.

import type { Grounded } from "@shared/compliance/grounds";
import { wgs84From } from "@shared/datum";
import type { Schemas } from "../../api/client";
import type { Mark } from "../../components/MapView.vue";
import { clockTime } from "../../words/format";
import { wordOf } from "../../words/t";
import { RECORD_TYPES, t } from "./words";

export type Visit = Schemas["visits.VisitDetailOut"];
export type VisitRecord = Schemas["visits.RecordOut"];
interface Fix { lon_e6: number; lat_e6: number; accuracy_m: number; datum: string; fixed_at: string }

const DEGREE_E6 = 1_000_000;

/** Return the positions told by the records of a visit, all in WGS-84 as the map is; one that was told in a Chinese datum says so. */
export function samples(records: readonly VisitRecord[]): Mark[] {
  const found: Mark[] = [];
  const add = (fix: unknown, what: string, id: string) => {
    const one = fix as Fix | null | undefined;
    if (typeof one?.lon_e6 !== "number" || typeof one.lat_e6 !== "number") return;
    const off = one.datum === "WGS-84" ? "" : ` ${one.datum}`;
    found.push({
      id, kind: "fix", text: String(found.length + 1), at: [...wgs84From([one.lon_e6 / DEGREE_E6, one.lat_e6 / DEGREE_E6], one.datum)], radiusM: one.accuracy_m,
      title: t("sample", { what, time: clockTime(one.fixed_at), m: one.accuracy_m }) + off,
    });
  };
  for (const record of records) {
    const body = (record.body ?? {}) as Record<string, unknown>;
    const what = wordOf(RECORD_TYPES, record.type);
    add(body.fix, what, record.id!);
    for (const list of [body.files, body.points]) {
      if (Array.isArray(list)) list.forEach((one: { fix?: unknown }, index) => add(one.fix ?? one, what, `${record.id}-${index}`));
    }
  }
  return found;
}

export interface RuleSaid extends Grounded { rule_id: string; finding: string; gate: string; action?: string; text?: { zh: string; en: string }; overridden_by?: string }

/** Return what the rules said, those that are not kept first; one entry for each rule, the gravest gate's. */
export function findings(visit: Visit): { open: RuleSaid[]; kept: number } {
  const all = (visit.rule_results ?? []) as unknown as RuleSaid[];
  const open = new Map<string, RuleSaid>();
  for (const one of all) if (one.finding !== "kept") open.set(one.rule_id, one);
  const kept = new Set(all.filter((one) => !open.has(one.rule_id)).map((one) => one.rule_id));
  return { open: [...open.values()], kept: kept.size };
}
