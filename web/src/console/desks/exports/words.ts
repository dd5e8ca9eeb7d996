// Words of what leaves the house as a file.

import { words, type Words } from "../../words/t";

export const t = words({
  title: ["数据导出", "Data exports"], make: ["新建导出", "New export"], back: ["全部导出", "All exports"], only_waiting: ["只看待同意的", "Only what waits"], only_for_me: ["只看待我同意的", "Only what waits for me"], open: ["查看", "Open"],
  empty: ["没有导出记录。客户资料离开系统都在这里登记：写明理由；同一人一天内累计到规则规定的件数，须由另一人（总经理或合规）同意；24 小时内下载一次；每行带导出标识。", "Nothing was exported. Data of customers leaves here only: with a reason; from the rules' number of cases a day on another person (manager or compliance) agrees; it is fetched once, within 24 hours; every row names who took it."],
  what: ["内容", "What"], rows: ["案件数", "Cases"], reason: ["理由", "Reason"], asked: ["申请", "Asked"], state: ["状态", "State"], creditor: ["委托方", "Creditor"], scheme: ["方案", "Scheme"], several: ["多个委托方", "Several"],
  kind: ["导出什么", "What to export"], form: ["格式", "Form"], columns: ["包含的列", "Columns"], masked: ["（脱敏）", " (masked)"], columns_hint: ["您的岗位可以导出的列；只选这次用得到的（个人信息保护法 6）。", "What your role may take; choose only what this purpose needs (PIPL 6)."],
  which: ["哪些案件", "Which cases"], picked: ["列表中选定的 {n} 件", "{n} cases from the list"], all_of: ["该委托方的案件", "Cases of this creditor"], any_state: ["全部状态", "Any state"], drop: ["不用选定的案件", "Not these cases"],
  dossier_of: ["哪些案件的卷宗", "Whose dossiers"], no_dossiers: ["还没有卷宗。法务在案件的「法务」页生成后才能导出。", "There is no dossier yet: legal builds them on the case."], no_schemes: ["没有外访方案。", "There is no scheme."],
  reason_hint: ["给谁、做什么用、用完如何处理；不写个人信息", "For whom, what for, what becomes of it; no personal data"],
  several_creditors: ["选定的案件属于 {n} 个委托方，将按委托方分成 {n} 个导出。", "The cases are of {n} creditors: {n} exports are made, one for each."],
  lead: ["这次导出达到批量标准，须由另一人同意。内容已按刚才的列表填好，请写明理由后提交。", "What you were about to export counts as bulk: another person has to agree. It is filled in as you saw it; say why and ask."],
  terms: ["今天您已单独导出 {today} 件；累计到 {bulk} 件即为批量，须由总经理或合规中的另一人同意。", "You took out {today} cases alone today; from {bulk} on another person agrees, manager or compliance."],
  daily: ["日常走访汇总", "The day's summary"], ask: ["提交导出申请", "Ask for it"], asked_ready: ["可以下载", "Ready to fetch"], asked_waiting: ["已提交，等待第二人同意", "Asked; it waits for the second person"],
  waits: ["等待第二人同意。总经理或合规在本页同意或拒绝，申请人本人不能。", "Waits for the second person: manager or compliance, never who asked."], ready: ["可下载一次，截止 {until}。下载的文件每行带您的工号和导出标识，下载会记入审计日志。", "May be fetched once, until {until}. Every row names you; the log keeps that you fetched it."], ready_other: ["已可下载，只有申请人能下载，截止 {until}。", "Ready: only who asked fetches it, until {until}."],
  is_taken: ["已于 {at} 下载，不能再次下载；需要时重新申请。", "Fetched {at}; it is fetched once. Ask again if needed."], is_refused: ["已拒绝：{reason}", "Refused: {reason}"], is_expired: ["同意后 24 小时内未下载，已过期；需要时重新申请。", "Not fetched within 24 hours; ask again if needed."],
  fetch: ["下载文件", "Fetch the file"], fetched: ["已下载", "Fetched"], agree: ["同意导出", "Agree"], agree_sure: ["同意 {name} 导出 {n} 件案件的个人信息？理由：{reason}。您的工号将写入文件和审计日志。", "Agree that {name} takes out personal data of {n} cases? Reason: {reason}. Your number goes into the file and the log."], agreed: ["已同意", "Agreed"], refuse: ["拒绝", "Refuse"], refuse_why: ["拒绝的理由", "Why"], refused: ["已拒绝", "Refused"],
  own: ["这是您自己申请的导出，须由另一人决定。", "You asked for this one: another person decides."], by: ["申请人", "Asked by"], decided: ["决定", "Decided"], second: ["第二人", "Second person"], alone: ["未达批量，无需第二人", "Not bulk: nobody else is needed"], hash: ["文件指纹", "SHA-256"], rules: ["规则检查", "What the rules say"],
});

export const KINDS = { cases: ["案件清单", "List of cases"], summary: ["走访汇总表", "Visit summary"], dossiers: ["卷宗", "Dossiers"] } satisfies Words;
export const STATES = { waiting: ["待第二人同意", "Waits"], ready: ["可下载", "Ready"], refused: ["已拒绝", "Refused"], taken: ["已下载", "Fetched"], expired: ["已过期", "Expired"] } satisfies Words;
export const COLUMNS = {
  case_no: ["业务编号", "Case number"], state: ["状态", "State"], product: ["产品", "Product"], overdue_on: ["首次逾期日", "Overdue since"], last_visit_on: ["最近外访日", "Last visit"],
  name: ["客户姓名", "Name"], id_number: ["证件号码", "ID number"], phone: ["手机", "Telephone"], address: ["地址", "Address"], contract_no: ["合同编号", "Contract"], amount: ["欠款金额", "Amount owed"],
} satisfies Words;
export const FINDINGS = { kept: ["符合", "kept"], broken: ["不符合", "broken"], unknown: ["事实不明", "unknown"] } satisfies Words;
