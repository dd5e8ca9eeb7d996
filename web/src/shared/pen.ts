// Runs of pen points, written column by column: what moves smoothly is short when only its bend is told.
// Twin of sync/pen.py. Source: docs/sync.md, "Packed".

const MARK = "\u0002";
const POINT = String.raw`\[(?:0|-?[1-9][0-9]{0,5})(?:,(?:0|-?[1-9][0-9]{0,5})){2,3}\]`;
const RUN = new RegExp(`\\[${POINT}(?:,${POINT})+\\]`, "g");
const NUMBER = "-?[0-9]{1,8}";
const COLUMNS = new RegExp(`${MARK}((?:${NUMBER}[,;])*${NUMBER})`, "g");
const SMOOTH = 3; // x, y and time move smoothly, pressure does not

/** Return a text with each run of points written by column. */
export const byColumn = (text: string) => text.replace(RUN, columns);

/** Return a text as it was before byColumn(). */
export const byPoint = (text: string) => text.replace(COLUMNS, (_, told: string) => points(told));

/** Return a run of points column by column, each smooth one as its second differences. */
function columns(run: string): string {
  const points: number[][] = JSON.parse(run);
  const width = points[0]!.length;
  if (points.some((point) => point.length !== width)) return run;
  const told = Array.from({ length: width }, (_, number) => {
    let values = points.map((point) => point[number]!);
    for (let turn = number < SMOOTH ? 2 : 0; turn; turn -= 1) {
      values = values.map((value, i) => (i ? value - values[i - 1]! : value));
    }
    return values.join(",");
  });
  return MARK + told.join(";");
}

function points(told: string): string {
  const held = told.split(";").map((column, number) => {
    let values = column.split(",").map(Number);
    for (let turn = number < SMOOTH ? 2 : 0; turn; turn -= 1) {
      let sum = 0;
      values = values.map((value) => (sum += value));
    }
    return values;
  });
  return `[${held[0]!.map((_, i) => `[${held.map((column) => String(column[i])).join(",")}]`).join(",")}]`;
}
