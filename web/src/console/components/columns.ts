// The columns of a list: one description for the screen, for the file that is exported, and for the saved view.

import { api, keep, take } from "../api/client";
import { yuan } from "../words/format";
import type { Row as Held } from "./leaving";

export type Cell = string | number | null | undefined;

export interface Column<Row> {
  key: string;
  title: string;
  /** What stands in an exported file; money in fen. */
  cell: (row: Row) => Cell;
  kind?: "text" | "number" | "money";
  /** What stands on the screen where it is not the cell itself. */
  shown?: (row: Row) => string;
  /** The address the cell leads to. */
  to?: (row: Row) => string;
  width?: number;
  /** Not shown until somebody asks for it. */
  isExtra?: boolean;
}

/** Return what a cell says on the screen. */
export function textOf<Row>(column: Column<Row>, row: Row): string {
  if (column.shown) return column.shown(row);
  const cell = column.cell(row);
  return column.kind === "money" ? yuan(cell as number | null | undefined) : String(cell ?? "—");
}

/** Let the server write rows as a file, and save it; who took out how many rows is recorded there. `holds` names the case whose
 * personal data a row holds: such a list counts as an export. Throws Problem. */
export async function exportTable<Row>(name: string, title: string, format: "csv" | "xlsx", columns: Column<Row>[], rows: Row[], holds?: (row: Row) => Held): Promise<void> {
  const body = {
    name, format, title: title.slice(0, 80),
    columns: columns.map((column) => ({ title: column.title, kind: column.kind ?? "text" })),
    rows: rows.map((row) => columns.map((column) => column.cell(row) ?? null)),
    ...(holds ? { case_ids: rows.map((row) => holds(row).case_id) } : {}),
  };
  const blob = await take(api.POST("/v1/tables", { body: body as never, parseAs: "blob" }));
  keep(blob as unknown as Blob, `${title}.${format}`);
}
