// States that the server names, in words (docs/domain.md §3).

import type { Words } from "./t";

export const CASE_STATES = {
  phone: ["电催", "By phone"], listed: ["已列入名单", "Listed"], visiting: ["外访中", "Visiting"], awaiting_decision: ["待决策", "Awaiting decision"],
  continued: ["继续催收", "Continued"], suspended: ["已暂停", "Suspended"], legal: ["法务", "Legal"], recalled: ["已撤回", "Recalled"], settled: ["已结清", "Settled"],
} satisfies Words;
