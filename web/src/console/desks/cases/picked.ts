// The cases somebody ticked for a visit list, carried from the list of cases or the screening to the new list.

import type { Schemas } from "../../api/client";

export interface Picked { case_id: string; case_no: string; debtor: string; outstanding_fen: number; address_id?: string; note: string }

const KEPT = "doorstep.picked";

/** The ticked cases, kept over a reload of the page. */
export const picked = (): Picked[] => JSON.parse(sessionStorage.getItem(KEPT) ?? "[]") as Picked[];

/** Keep the ticked cases of the list. */
export const keepPicked = (rows: Schemas["cases.CaseRowOut"][]): void =>
  keepLines(rows.map((row) => ({ case_id: row.id!, case_no: row.case_no ?? "", debtor: String(row.debtor?.name ?? ""), outstanding_fen: row.outstanding_fen ?? 0, note: "" })));

/** Keep lines as they stand. */
export const keepLines = (lines: Picked[]): void => sessionStorage.setItem(KEPT, JSON.stringify(lines));
