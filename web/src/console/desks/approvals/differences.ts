// What changed between two versions of a scheme, told as people read it: by customer, crew and rule; fine tuning counted only.

import type { Schemas } from "../../api/client";
import { clockTime, day, yuan } from "../../words/format";
import { wordOf } from "../../words/t";
import { MEMBERS } from "./words";

type Brief = Schemas["schemes.BriefOut"];
type Change = Schemas["schemes.ChangeOut"];
type Value = Record<string, unknown> | unknown[] | string | number | boolean | null | undefined;

/** One line of a difference; was and now are absent where something came or went as a whole. */
export interface Difference { about: string; what: string; was?: string; now?: string; kind: "added" | "removed" | "changed" }

const FINE = new Set(["seq", "arrive_at", "depart_at", "leg_m", "plan_version", "day_seq"]);

/** Return the differences worth reading, and how many fine ones there are besides. */
export function tellDifferences(brief: Brief): { lines: Difference[]; fine: number } {
  const changes = (brief.changes ?? []) as Change[];
  const isFine = (one: Change) => FINE.has(one.pointer!.split("/").pop()!) && one.was != null && one.now != null;
  return { lines: changes.filter((one) => !isFine(one)).map((one) => tell(one, brief)), fine: changes.filter(isFine).length };
}

function tell({ pointer, was, now }: Change, brief: Brief): Difference {
  const [group = "", id = "", member] = pointer!.split("/").slice(1).map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  const kind = was == null ? "added" : now == null ? "removed" : "changed";
  const about = named(group, id, (now ?? was) as Value, brief);
  if (group in NAMED && !member) return { about, what: wordOf(MEMBERS, kind === "changed" ? group : kind), kind };
  const last = member ?? group;
  return { about, what: wordOf(MEMBERS, last), was: shown(last, was as Value, brief), now: shown(last, now as Value, brief), kind: "changed" };
}

const NAMED: Record<string, string> = { stops: "customer", crews: "crew", compliance: "rule" };

function named(group: string, id: string, whole: Value, brief: Brief): string {
  if (!(group in NAMED)) return "";
  const told = whole as Record<string, unknown> | null;
  if (group === "stops") {
    const line = brief.lines?.find((one) => one.stop_id === id);
    return line ? `${line.case_no} ${line.debtor_name}` : String(told?.case_no ?? "");
  }
  return group === "crews" ? String(told?.name ?? wordOf(MEMBERS, "crew")) : id;
}

function shown(member: string, value: Value, brief: Brief): string {
  if (value == null || value === "") return "—";
  if (member.endsWith("_fen")) return yuan(value as number);
  if (member.endsWith("_at")) return clockTime(value as string);
  if (member === "dates") return (value as string[]).map(day).join("、");
  if (member === "day" || member.endsWith("_as_of")) return day(value as string);
  if (member === "vehicles") return (value as { plate: string }[]).map((one) => one.plate).join("、") || "—";
  if (member === "costs") return (value as { item: string; amount_fen: number }[]).map((one) => `${one.item} ${yuan(one.amount_fen)}`).join("；") || "—";
  if (member === "materials") return (value as string[]).map((one) => one).join("、") || "—";
  if (member === "crew_id") return brief.lines?.find((one) => one.crew)?.crew ?? "…";
  if (Array.isArray(value)) return value.map((one) => (typeof one === "object" ? JSON.stringify(one) : String(one))).join("、") || "—";
  if (typeof value === "object") return "…";
  return String(value);
}
