// Lifting a legal hold, from its list and from the case.

import { attempt, confirm } from "../../components/asking";
import { api, take } from "../../api/client";
import { t } from "./words";

/** Lift a hold once that is confirmed, then load anew. */
export async function lift(holdId: string, load: () => Promise<unknown>): Promise<void> {
  if (!(await confirm(t("lift_sure"), t("lift")))) return;
  if (await attempt(() => take(api.POST("/v1/holds/{hold_id}/lift", { params: { path: { hold_id: holdId } } })), t("lift_done"))) await load();
}
