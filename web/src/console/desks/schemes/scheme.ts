// A scheme and its road plan as the editor reads them, and what differs between two versions of one.

import type { Schemas } from "../../api/client";
import { clockTime, day } from "../../words/format";
import { wordOf } from "../../words/t";
import { MATERIALS, t } from "./words";
import type { Grounded } from "@shared/compliance/grounds";

export interface Crew { id: string; name: string; members: { id: string; name: string }[]; vehicle: string; start: Point; end: Point; shift_from: string; shift_until: string }
export interface Point { lon: number; lat: number; datum: string; precision?: string }
export type Stop = Schemas["schemes.StopOut"];
export type Scheme = Omit<Schemas["schemes.SchemeOut"], "crews"> & { crews: Crew[] };
export interface Pin { stop_id: string; crew_id: string; on: string | null; at: string | null }
export interface Order { stop_id: string; after_id: string }
export interface Change { wish: "move" | "add" | "remove"; stop_id: string; crew_id?: string; on?: string; position?: number; after_stop_id?: string }
export interface Placed { crew_id: string; crew: string; on: string; seq: number; starts_at: string }
export interface Moved { stop_id: string; label: string; turn: string; was: Placed | null; now: Placed | null }
export interface Figures { served: number; dropped: number; distance_m: number; driving_s: number }
export interface RuleMoved extends Grounded { rule_id: string; text: { zh: string; en: string }; action: string; was: { finding: string } | null; now: { finding: string } | null }
export interface Difference { plan_version: number; before: Figures; after: Figures; moved: Moved[]; overruns: { crew_id: string; crew: string; on: string; over_s: number; breaks: string[] }[]; rules: RuleMoved[] }
export interface RoutedStop { stop_id: string; seq: number; case_no: string; district: string; score: number; arrives_at: string; starts_at: string; leaves_at: string; slack_s: number; leg_m: number; point: Point; caution: string; state: string }
export interface Route { crew_id: string; crew: string; on: string; vehicle: string; departs_at: string; returns_at: string; distance_m: number; driving_s: number; stops: RoutedStop[] }
export interface LeftOut { stop_id: string; case_no: string; district: string; text?: { zh: string; en: string }; state: string; anyway?: { crew_id: string; on: string; over_s: number } | null }
export interface Routes { plan_version: number; parameters: { pins?: Pin[]; orders?: Order[]; replanned_at?: string }; totals: Figures; routes: Route[]; dropped: LeftOut[] }
export interface Row { id: string; caseNo: string; crewId: string; on: string; at: string; base: RoutedStop | null; door: string; isMoved: boolean; state: string; address: string }
export interface Lane { key: string; crew: Crew; on: string; rows: Row[] }

const BEGUN = new Set(["en_route", "skipped", "blocked", "visited"]);

/** Tell whether the field has begun a visit: it stays where it is. */
export const isBegun = (row: { state: string }): boolean => BEGUN.has(row.state);

/** Return each crew's day as it would be driven: the plan in force with what a trial moves. */
export function lanes(scheme: Scheme, table: Routes, trial: Difference | null): Lane[] {
  const moved = new Map((trial?.moved ?? []).map((one) => [one.stop_id, one]));
  const found = new Map<string, Lane>();
  for (const on of scheme.dates ?? []) for (const crew of scheme.crews) found.set(`${crew.id}/${on}`, { key: `${crew.id}/${on}`, crew, on, rows: [] });
  const put = (id: string, caseNo: string, base: RoutedStop | null, address: string, state: string, crewId: string, on: string, at: string, isMoved: boolean) =>
    found.get(`${crewId}/${on}`)?.rows.push({ id, caseNo, crewId, on, at, base, address, state, isMoved, door: base ? `${base.point.lon},${base.point.lat}` : id });
  for (const route of table.routes) for (const stop of route.stops) {
    const other = moved.get(stop.stop_id);
    if (other && !other.now) continue;
    const place = other?.now ?? { crew_id: route.crew_id, on: route.on, starts_at: stop.starts_at };
    put(stop.stop_id, stop.case_no, stop, stop.district, stop.state, place.crew_id, place.on, place.starts_at, Boolean(other));
  }
  for (const stop of table.dropped) {
    const now = moved.get(stop.stop_id)?.now;
    if (now) put(stop.stop_id, stop.case_no, null, stop.district, stop.state, now.crew_id, now.on, now.starts_at, true);
  }
  for (const lane of found.values()) lane.rows.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return [...found.values()];
}

/** Return the stops that no route holds, trial included. */
export function leftOut(table: Routes, trial: Difference | null): LeftOut[] {
  const moved = new Map((trial?.moved ?? []).map((one) => [one.stop_id, one]));
  const off = table.routes.flatMap((route) => route.stops).filter((stop) => moved.get(stop.stop_id)?.turn === "dropped");
  return [...table.dropped.filter((one) => !moved.get(one.stop_id)?.now), ...off.map(({ stop_id, case_no, district, state }) => ({ stop_id, case_no, district, state }))];
}

/** Return the change that puts a stop before another one of a lane, or at its end for none. */
export function before(lane: Lane, id: string, other: string | null): Change {
  const rest = lane.rows.filter((row) => row.id !== id);
  const index = other === null ? rest.length : rest.findIndex((row) => row.id === other);
  const door = rest[index]?.door;
  let last = index - 1;
  while (last >= 0 && door !== undefined && rest[last]!.door === door) last--; // stops behind one door stay together
  const change = { wish: "move" as const, stop_id: id, crew_id: lane.crew.id, on: lane.on };
  return last < 0 ? { ...change, position: 1 } : { ...change, after_stop_id: rest[last]!.id };
}

/** Return the change that moves a stop one door up or down, or null at the end. */
export function step(lane: Lane, id: string, by: -1 | 1): Change | null {
  const at = lane.rows.findIndex((row) => row.id === id);
  const mine = lane.rows[at]!.door;
  const others = lane.rows.filter((row) => row.door !== mine);
  const index = others.filter((row) => lane.rows.indexOf(row) < at).length;
  if (by < 0) return index === 0 ? null : before({ ...lane, rows: [...others] }, id, others[index - 1]!.id);
  if (index >= others.length) return null;
  const next = others.slice(index).find((row) => row.door !== others[index]!.door);
  return before({ ...lane, rows: [...others] }, id, next?.id ?? null);
}

export interface Line { what: string; was: string; now: string }

/** Return what a person sees differ between two versions of a scheme. */
export function differences(was: Scheme, now: Scheme): Line[] {
  const found: Line[] = [];
  const add = (what: string, a: string, b: string) => { if (a !== b) found.push({ what, was: a || "—", now: b || "—" }); };
  const list = (values: unknown) => ((values ?? []) as unknown[]).map(String).join("、");
  add(t("name"), was.title ?? "", now.title ?? "");
  add(t("area"), was.area ?? "", now.area ?? "");
  add(t("dates"), list(was.dates), list(now.dates));
  add(t("notes"), was.risk_notes ?? "", now.risk_notes ?? "");
  add(t("materials"), (was.materials ?? []).map((one) => wordOf(MATERIALS, one)).join("、"), (now.materials ?? []).map((one) => wordOf(MATERIALS, one)).join("、"));
  add(t("vehicles"), list((was.vehicles ?? []).map((one) => (one as { plate: string }).plate)), list((now.vehicles ?? []).map((one) => (one as { plate: string }).plate)));
  const crew = (one?: Crew) => (one ? `${one.name} ${one.members.map((each) => each.name).join("、")} ${one.vehicle} ${one.shift_from}–${one.shift_until}` : "");
  for (const id of new Set([...was.crews, ...now.crews].map((one) => one.id))) add(t("crew"), crew(was.crews.find((one) => one.id === id)), crew(now.crews.find((one) => one.id === id)));
  const name = (scheme: Scheme, stop?: Stop) => (stop?.crew_id ? `${scheme.crews.find((one) => one.id === stop.crew_id)?.name ?? ""} ${day(stop.day)} ${clockTime(stop.arrive_at)}` : t("dropped"));
  const old = new Map((was.stops ?? []).map((stop) => [stop.id, stop]));
  for (const stop of now.stops ?? []) add(stop.case_no ?? "", name(was, old.get(stop.id)), name(now, stop));
  return found;
}
