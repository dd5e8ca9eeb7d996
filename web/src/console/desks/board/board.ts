// The board's figures: what was planned for a day, what the phones have told of it, and what is overdue.

import { api, take, type Schemas } from "../../api/client";
import { everything } from "../../components/everything";

export type Scheme = Schemas["schemes.SchemeOut"];
export type Stop = Schemas["schemes.StopOut"];
export type Visit = Schemas["visits.VisitOut"];
export type Standing = "waiting" | "en_route" | "there" | "done" | "overdue" | "missed" | "withheld";
export interface Line { id: string; scheme: Scheme; crewId: string; crew: string; stop: Stop; visit: Visit | null; standing: Standing; lateMs: number }

const ON_THE_ROAD = new Set(["signed_off", "dispatched", "under_way", "collated", "closed"]);
const OVERDUE_AFTER_MS = 30 * 60_000;
const DAY_MS = 24 * 3_600_000;

/** Load the schemes of a day that are signed off or out, and the visits of that day. day: ISO date in China. */
export async function loadDay(day: string): Promise<{ schemes: Scheme[]; visits: Visit[] }> {
  const from = new Date(`${day}T00:00:00+08:00`);
  const rows = await everything<Schemas["schemes.SchemeRowOut"]>((cursor) => take(api.GET("/v1/schemes", { params: { query: { limit: 100, cursor } as never } })));
  const wanted = rows.filter((one) => one.dates?.includes(day) && ON_THE_ROAD.has(one.state ?? ""));
  const [schemes, visits] = await Promise.all([
    Promise.all(wanted.map((one) => take(api.GET("/v1/schemes/{scheme_id}", { params: { path: { scheme_id: one.id! } } })))),
    everything<Visit>((cursor) => take(api.GET("/v1/visits", { params: { query: { limit: 200, cursor, arrived_from: from.toISOString(), arrived_until: new Date(from.getTime() + DAY_MS).toISOString() } as never } }))),
  ]);
  return { schemes, visits };
}

/** Return every visit of a day with where it stands at this moment. */
export function lines(schemes: readonly Scheme[], visits: readonly Visit[], day: string, now: number): Line[] {
  const told = new Map(visits.map((one) => [one.stop_id, one]));
  return schemes.flatMap((scheme) => (scheme.stops ?? []).filter((stop) => stop.day === day && stop.crew_id).map((stop) => {
    const visit = told.get(stop.id) ?? null;
    const lateMs = visit ? Date.parse(visit.arrived_at!) - Date.parse(stop.arrive_at!) : now - Date.parse(stop.arrive_at!);
    const crew = scheme.crews?.find((one) => one.id === stop.crew_id);
    return { id: stop.id!, scheme, crewId: stop.crew_id!, crew: crew?.name ?? "", stop, visit, lateMs, standing: standingOf(stop, visit, lateMs) };
  }));
}

function standingOf(stop: Stop, visit: Visit | null, lateMs: number): Standing {
  if (visit) return visit.left_at ? "done" : "there";
  if (stop.state === "visited") return "done";
  if (stop.state === "skipped" || stop.state === "blocked") return "missed";
  if (stop.state === "withheld" || stop.state === "withdrawn") return "withheld";
  if (lateMs > OVERDUE_AFTER_MS) return "overdue";
  return stop.state === "en_route" ? "en_route" : "waiting";
}
