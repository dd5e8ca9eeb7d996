// Where a rule of the pack is asked (检查点): server/compliance/rulepack.py names the same.

import type { Words } from "./t";

export const GATES = {
  screening: ["筛查", "Screening"], plan: ["编制", "Planning"], dispatch: ["下发", "Dispatch"], door: ["上门", "Door"], checkout: ["离场", "Leaving"], sync: ["回传", "Sync"], print: ["出单据", "Papers"], export: ["导出与保存", "Export and keeping"],
} satisfies Words;
