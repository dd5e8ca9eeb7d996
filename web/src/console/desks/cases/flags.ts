// What an import or a clock found doubtful about a case (docs/adr/0011-intake-faults.md).

import type { Words } from "../../words/t";

export const FLAGS = {
  id_unconfirmed: ["身份未核实", "Identity unconfirmed"], guarantor_id_unconfirmed: ["保证人身份未核实", "Guarantor unconfirmed"],
  no_address: ["无地址", "No address"], bad_phone: ["电话可疑", "Doubtful telephone"], bad_point: ["坐标可疑", "Doubtful position"],
  active_text: ["含公式或代码", "Formula or code"], dates_out_of_order: ["日期矛盾", "Dates disagree"],
} satisfies Words;
