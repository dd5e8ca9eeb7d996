// Words of lending the general manager's signature.

import { words } from "../../words/t";

export const t = words({
  title: ["授权代签", "Delegations"], give: ["新授权", "Lend the signature"], empty: ["没有授权。总经理外出时可授权他人代签外访方案，限定日期与费用上限。", "None. While away the general manager may lend his signature for schemes, for some days and up to a cost."],
  holder: ["受权人", "To whom"], giver: ["授权人", "From"], from: ["起", "From"], until: ["止", "Until"], ceiling: ["单个方案费用上限（元）", "Ceiling of a scheme's cost (yuan)"], reason: ["事由", "Why"], days: ["期间", "Days"], most: ["费用上限", "Ceiling"],
  in_force: ["生效中", "In force"], over: ["已结束", "Over"], revoked: ["已收回", "Taken back"], to_come: ["未开始", "To come"], revoke: ["收回", "Take back"], revoke_sure: ["收回后 {name} 不能再代签；已签批的方案不受影响。", "{name} signs no more; what was signed stands."],
  given: ["已授权", "Lent"], taken: ["已收回", "Taken back"], sign: ["去签批", "Sign schemes"], rule: ["受权人不能签批自己编制或复核的方案；每次代签都记入操作留痕，审批表上注明。", "Nobody signs what they compiled or reviewed; each signature is logged and named on the sheet."],
});
