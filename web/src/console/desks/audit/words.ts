// Words of the audit log.

import { words, type Words } from "../../words/t";

export const t = words({
  title: ["操作留痕", "Audit log"], empty: ["还没有留痕", "Nothing was recorded yet"], action: ["动作（如 scheme.signed_off）", "Action (e.g. scheme.signed_off)"], subject: ["对象（如 case:编号）", "Subject (e.g. case:id)"], seq: ["序号", "No."], at: ["时间", "When"], who: ["操作人", "Who"], what: ["动作", "Action"], about: ["对象", "About"], facts: ["事实", "Facts"], system: ["系统", "system"],
  intact: ["✓ 最近 {n} 条链校验完整（共 {rows} 条）", "✓ the newest {n} hold ({rows} in all)"], intact_whole: ["✓ 整条链校验完整，共 {rows} 条", "✓ the whole chain holds, {rows} rows"], broken: ["✗ 链已断裂：{where}", "✗ the chain is broken: {where}"], check_whole: ["校验整条链", "Check the whole chain"], hash: ["本条哈希 {hash}，上一条 {prev}", "hash {hash}, before {prev}"], more: ["详情", "More"],
});

export const ACTIONS = {
  "account.signed_in": ["登录", "signed in"], "account.session_opened": ["登录（浏览器）", "signed in (browser)"], "account.signed_out": ["退出", "signed out"], "case.unmasked": ["查看完整信息", "saw data in full"], "case.continued": ["继续催收", "case continued"],
  "scheme.compiled": ["编制方案", "scheme compiled"], "scheme.changed": ["修改方案", "scheme changed"], "scheme.submitted": ["提交方案", "scheme submitted"], "scheme.reviewed": ["复核方案", "scheme reviewed"], "scheme.signed_off": ["签批方案", "scheme signed off"], "scheme.sign_off_refused": ["退回方案", "scheme sent back"], "scheme.dispatched": ["下发方案", "scheme dispatched"],
  "delegation.given": ["授权代签", "signature lent"], "delegation.revoked": ["收回授权", "signature taken back"], "escalation.proposed": ["提议决策", "proposed"], "escalation.advised": ["法务意见", "advised"], "escalation.decided": ["管理决策", "decided"], "dossier.asked": ["制作卷宗", "dossier asked for"], "dossier.built": ["卷宗完成", "dossier built"], "dossier.taken": ["取走卷宗", "dossier taken"],
  "visit.reviewed": ["复核外访", "visit reviewed"], "complaint.taken": ["登记投诉", "complaint taken"], "complaint.answered": ["答复投诉", "complaint answered"], "complaint.closed": ["关闭投诉", "complaint closed"], "device.revoked": ["撤销设备", "phone revoked"], "device.enrolled": ["登记设备", "phone enrolled"],
} satisfies Words;
