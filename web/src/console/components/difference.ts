// Saving what somebody else may have changed meanwhile (If-Match): on a clash the difference is shown, never lost.

import { h, render } from "vue";
import { Problem } from "../api/problems";
import { common as t } from "../words/common";
import DifferenceDialog from "./DifferenceDialog.vue";

export type Values = Record<string, unknown>;
export interface DifferField { key: string; label: string; show?: (value: unknown) => string }
export interface Seen<T> { data: T; etag: string }

const STALE = 412;

/** Tell whether two values of a field say the same; absent and empty do. */
export const same = (one: unknown, other: unknown): boolean => JSON.stringify(one ?? "") === JSON.stringify(other ?? "");

/** Show what two people made of one thing; returns the values to save, or null to keep editing. */
export function askDifference(title: string, fields: DifferField[], told: { base: Values; mine: Values; theirs: Values }): Promise<Values | null> {
  return new Promise((resolve) => {
    const place = document.createElement("div");
    const onSettled = (chosen: Values | null) => {
      resolve(chosen);
      setTimeout(() => render(null, place), 500);
    };
    render(h(DifferenceDialog, { title, fields, ...told, onSettled }), place);
  });
}

/**
 * Save the fields in `mine`; when the thing has changed since `seen`, show the difference and save what is chosen.
 * write is called with the values and the ETag to send as If-Match, read gets the newest. Returns null when the person
 * goes on editing: nothing of his is lost, nothing is saved. Throws Problem.
 */
export async function saveOver<T extends object>(asked: {
  title?: string; fields: DifferField[]; seen: Seen<T>; mine: Values;
  read: () => Promise<Seen<T>>; write: (values: Values, etag: string) => Promise<Seen<T>>;
}): Promise<Seen<T> | null> {
  let { seen, mine } = asked;
  for (;;) {
    try {
      return await asked.write(mine, seen.etag);
    } catch (fault) {
      if (!(fault instanceof Problem) || fault.status !== STALE) throw fault;
      const now = await asked.read();
      const chosen = await askDifference(asked.title ?? t("save"), asked.fields, { base: seen.data as Values, mine, theirs: now.data as Values });
      if (!chosen) return null;
      [seen, mine] = [now, chosen];
    }
  }
}
