// What a scheme costs, in words that the compiler, the reviewer and the signer read alike.

import { yuan } from "./format";
import { words } from "./t";

const t = words({ no_rates: ["未估算（未填费用标准）", "not reckoned (no rates given)"] });

/** What a scheme costs; without rates or lines nobody reckoned it, and nought would be a lie. */
export const costOf = (told: { cost_fen?: number | null; costs?: unknown[] | null }): string => (told.costs?.length ? yuan(told.cost_fen) : t("no_rates"));
