// What was planned against what the phones told, visit by visit: both stay visible, neither overrules the other.

import type { Schemas } from "../../api/client";
import { clockTime, day, span } from "../../words/format";
import type { Scheme, Stop } from "./scheme";
import { t } from "./words";

export type Visit = Schemas["visits.VisitDetailOut"] | Schemas["visits.VisitOut"];
export interface Pair { id: string; caseNo: string; planned: string; done: string; visit: Visit | null; notes: string[] }

/** Tell whether the crews hold the plan: before that nobody can have done anything of it. */
export const isSent = (scheme: Scheme): boolean => Boolean(scheme.dispatched_at);

const TOLERATED_MS = 30 * 60_000;
const chinaDay = (iso: string) => new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" }).format(new Date(iso));

/** Return one pair for each stop of the plan and each visit that no stop of it holds. */
export function pairs(scheme: Scheme, visits: readonly Visit[]): Pair[] {
  const byStop = new Map(visits.map((one) => [one.stop_id, one]));
  const crewOf = (personId?: string) => scheme.crews.find((crew) => crew.members.some((one) => one.id === personId));
  const order = doneOrder(scheme, visits);
  const found: Pair[] = (scheme.stops ?? []).filter((stop) => stop.state !== "withdrawn" || byStop.has(stop.id)).map((stop) => {
    const visit = byStop.get(stop.id) ?? null;
    const crew = scheme.crews.find((one) => one.id === stop.crew_id);
    const planned = stop.crew_id ? `${crew?.name ?? ""} ${day(stop.day)} ${clockTime(stop.arrive_at)} · ${stop.seq}` : "—";
    return { id: stop.id!, caseNo: stop.case_no ?? "", planned, visit, done: visit?.arrived_at ? `${crewOf(visit.agent?.id)?.name ?? visit.agent?.name ?? ""} ${day(visit.arrived_at)} ${clockTime(visit.arrived_at)}` : "—", notes: notesOf(stop, visit, crewOf(visit?.agent?.id)?.id, crewOf(visit?.agent?.id)?.name, order, isSent(scheme)) };
  });
  const known = new Set((scheme.stops ?? []).map((one) => one.id));
  for (const visit of visits) if (!known.has(visit.stop_id ?? "")) found.push({ id: visit.id!, caseNo: visit.case_no ?? "", planned: "—", done: `${visit.agent?.name ?? ""} ${day(visit.arrived_at)} ${clockTime(visit.arrived_at)}`, visit, notes: [t("not_in_plan")] });
  return found;
}

/** Return stop id → the place it had among those its crew made that day. */
function doneOrder(scheme: Scheme, visits: readonly Visit[]): Map<string, number> {
  const days = new Map<string, Visit[]>();
  for (const visit of visits) if (visit.arrived_at) days.set(`${visit.agent?.id}/${chinaDay(visit.arrived_at)}`, [...(days.get(`${visit.agent?.id}/${chinaDay(visit.arrived_at)}`) ?? []), visit]);
  const found = new Map<string, number>();
  for (const made of days.values()) {
    const planned = made.filter((one) => scheme.stops?.some((stop) => stop.id === one.stop_id && stop.seq != null)).sort((a, b) => Date.parse(a.arrived_at!) - Date.parse(b.arrived_at!));
    planned.forEach((one, index) => found.set(one.stop_id!, index + 1));
  }
  return found;
}

function notesOf(stop: Stop, visit: Visit | null, crewId: string | undefined, crewName: string | undefined, order: Map<string, number>, wasSent: boolean): string[] {
  if (!visit) return !wasSent && stop.crew_id ? [] : stop.state === "skipped" || stop.state === "blocked" ? [t("skipped")] : stop.crew_id ? [t("nothing_told")] : [t("dropped")];
  const notes: string[] = [];
  if (!stop.crew_id || ["dropped", "withdrawn", "withheld"].includes(stop.state ?? "")) notes.push(t("not_in_plan"));
  else {
    if (crewId !== stop.crew_id) notes.push(t("other_crew", { crew: crewName ?? visit.agent?.name ?? "" }));
    if (visit.arrived_at && chinaDay(visit.arrived_at) !== stop.day) notes.push(t("other_day", { day: day(visit.arrived_at) }));
    else {
      const off = Math.abs(Date.parse(visit.arrived_at ?? "") - Date.parse(stop.arrive_at ?? ""));
      if (off > TOLERATED_MS) notes.push(t("off_by", { span: span(off / 1_000) }));
    }
    const made = order.get(stop.id!);
    if (made && crewId === stop.crew_id && made !== stop.seq) notes.push(t("other_order", { n: made }));
  }
  return notes;
}
