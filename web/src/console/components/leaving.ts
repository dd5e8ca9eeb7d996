// What somebody was about to take out of a list when it turned out to be a bulk export: carried to the desk of exports.

import { Problem } from "../api/problems";

export interface Row { case_id: string; creditor_id: string }
export interface Leaving { kind: "cases"; form: "csv" | "xlsx"; rows: Row[] }

const KEPT = "doorstep.leaving";
const BULK = "PI-BULK";

/** Tell whether a refusal says that another person has to agree to an export. */
export const isBulk = (fault: unknown): boolean =>
  fault instanceof Problem && fault.slug === "gate-closed" && ((fault.body.rules ?? []) as { rule_id: string }[]).every((one) => one.rule_id === BULK);

/** Keep what was to leave, over a reload of the page. */
export const keepLeaving = (what: Leaving): void => sessionStorage.setItem(KEPT, JSON.stringify(what));

/** What was to leave, if anything. */
export const leaving = (): Leaving | null => JSON.parse(sessionStorage.getItem(KEPT) ?? "null") as Leaving | null;

/** Forget what was to leave. */
export const dropLeaving = (): void => sessionStorage.removeItem(KEPT);
