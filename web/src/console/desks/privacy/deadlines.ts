// How a deadline is said: what is left, or by how much it is late.

import { today } from "../../words/format";
import { t } from "./words";

const DAY_MS = 86_400_000;

/** Return the days from today in China to an ISO date; negative: it is past. */
export const daysTo = (iso: string): number => Math.round((Date.parse(iso) - Date.parse(today())) / DAY_MS);

/** Say how much of a deadline is left. */
export function tellLeft(iso: string): string {
  const days = daysTo(iso);
  return days < 0 ? t("overdue", { n: -days }) : days === 0 ? t("today") : t("left", { n: days });
}

/** Return how loud a deadline is shown. */
export const urgency = (iso: string): "danger" | "warning" | "info" => (daysTo(iso) < 0 ? "danger" : daysTo(iso) <= 3 ? "warning" : "info");
