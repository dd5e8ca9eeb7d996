// What the setup form edits: a scheme's days, crews, vehicles, materials; and the form as the API takes it.

import type { Schemas } from "../../api/client";
import type { Crew, Scheme } from "./scheme";

export interface CrewDraft { id: string | null; name: string; members: string[]; vehicle: string; lon: number | null; lat: number | null; datum: string; precision: string; shift_from: string; shift_until: string }
export interface Setup { title: string; area: string; dates: string[]; crews: CrewDraft[]; vehicles: string[]; materials: string[]; risk_notes: string; per_km: number | null; per_day: number | null }

const FEN = 100;
const NAMES = ["一组", "二组", "三组", "四组", "五组", "六组", "七组", "八组", "九组", "十组"];

/** Return another crew for the form, starting where the one before it does. */
export function newCrew(setup: Setup): CrewDraft {
  const last = setup.crews.at(-1);
  return { id: null, name: NAMES[setup.crews.length] ?? `${setup.crews.length + 1}组`, members: [], vehicle: setup.vehicles[setup.crews.length] ?? "", lon: last?.lon ?? null, lat: last?.lat ?? null, datum: last?.datum ?? "WGS-84", precision: "building", shift_from: "09:00", shift_until: "18:00" };
}

export const emptySetup = (): Setup => ({ title: "", area: "", dates: [], crews: [], vehicles: [], materials: ["account_statement", "dunning_letter", "visit_receipt"], risk_notes: "", per_km: null, per_day: null });

const draftOf = (crew: Crew): CrewDraft => ({ id: crew.id, name: crew.name, members: crew.members.map((one) => one.id), vehicle: crew.vehicle, lon: crew.start.lon, lat: crew.start.lat, datum: crew.start.datum, precision: crew.start.precision ?? "building", shift_from: crew.shift_from, shift_until: crew.shift_until });

/** Return a scheme as the form shows it. */
export function setupOf(scheme: Scheme): Setup {
  const rates = scheme.cost_rates as { per_km_fen: number; per_crew_day_fen: number } | null;
  return {
    title: scheme.title ?? "", area: scheme.area ?? "", dates: [...(scheme.dates ?? [])], crews: scheme.crews.map(draftOf),
    vehicles: (scheme.vehicles ?? []).map((one) => (one as { plate: string }).plate), materials: [...(scheme.materials ?? [])], risk_notes: scheme.risk_notes ?? "",
    per_km: rates ? rates.per_km_fen / FEN : null, per_day: rates ? rates.per_crew_day_fen / FEN : null,
  };
}

/** Return the form as the API takes it; with `was` only what differs from it. */
export function bodyOf(setup: Setup, was?: Setup): Schemas["schemes.SchemePatch"] {
  const crew = (one: CrewDraft) => ({ id: one.id, name: one.name, members: one.members, vehicle: one.vehicle, start: { lon: one.lon ?? 0, lat: one.lat ?? 0, datum: one.datum, precision: one.precision }, shift_from: one.shift_from, shift_until: one.shift_until });
  const rates = setup.per_km !== null && setup.per_day !== null ? { per_km_fen: Math.round(setup.per_km * FEN), per_crew_day_fen: Math.round(setup.per_day * FEN) } : null;
  const all = { title: setup.title, area: setup.area, dates: [...setup.dates].sort(), crews: setup.crews.map(crew), vehicles: setup.vehicles.map((plate) => ({ plate })), materials: setup.materials, risk_notes: setup.risk_notes, cost_rates: rates };
  if (!was) return (all.title ? all : { ...all, title: undefined }) as Schemas["schemes.SchemePatch"];
  const before = bodyOf(was) as Record<string, unknown>;
  return Object.fromEntries(Object.entries(all).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name]))) as Schemas["schemes.SchemePatch"];
}
