// How an export is shown in short.

import type { Schemas } from "../../api/client";
import { session } from "../../shell/session";
import { t } from "./words";

export type Export = Schemas["privacy.ExportOut"];

export const TONES = { waiting: "warning", ready: "success", refused: "danger", taken: "info", expired: "info" } as const;

/** Return how loud a state is shown. */
export const toneOf = (one: Export) => TONES[one.state as keyof typeof TONES] ?? "info";

/** Return whose data an export holds: the creditor, or the scheme of a summary. */
export function ofWhom(one: Export): string {
  if (one.scheme_serial) return one.scheme_serial;
  const creditors = (session.me.value?.creditors ?? []) as { id: string; name: string }[];
  return creditors.find((each) => each.id === one.creditor_id)?.name ?? (one.creditor_id ? "" : t("several"));
}
