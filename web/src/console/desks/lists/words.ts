// Words of the screening and of the visit lists (定期上门催收客户名单).

import { words, type Words } from "../../words/t";

export const t = words({
  title: ["外访名单", "Visit lists"], screening: ["筛查", "Screening"], returned: ["退回与移除", "What came back"], new: ["新建名单", "New list"],
  empty: ["还没有名单。先筛查，勾选客户，再建名单提交主管审核。", "No lists yet. Screen the cases, tick those to visit, and submit the list to the supervisor."],
  name: ["名单名称", "Name"], state: ["状态", "State"], lines: ["户数", "Cases"], created: ["建立", "Drafted"], submitted: ["提交", "Submitted"], reviewed: ["审核", "Reviewed"],
  case_no: ["案号", "Case"], debtor: ["客户", "Debtor"], owed: ["欠款", "Owed"], address: ["地址", "Address"], precision: ["精度", "Precision"], score: ["得分", "Score"], district: ["区县", "District"], note: ["备注", "Note"], case_state: ["案件状态", "Case"], decision: ["审核", "Decision"], reason: ["理由", "Reason"],
  creditor: ["委托方", "Creditor"], least_days: ["逾期天数下限", "Least days past due"], least: ["金额下限（元）", "Least amount (yuan)"], gap: ["距上次外访至少（天）", "Days since the last visit"], run: ["筛查", "Screen"],
  result: ["筛查 {screened} 户：可列入 {eligible} 户，排除 {excluded} 户", "{screened} screened: {eligible} may be visited, {excluded} may not"], formula: ["得分由下列各项相加，满分 100", "The score adds up the terms below, 100 at most"],
  may: ["可列入 ({n})", "May be visited ({n})"], may_not: ["排除 ({n})", "May not ({n})"], why_not: ["排除原因", "Why not"], term: ["评分项", "Term"], value: ["取值", "Value"], points: ["得分/满分", "Points/most"],
  make: ["用所选建名单…", "Make a list of these…"], pick_top: ["勾选前 {n} 户", "Tick the first {n}"], draft: ["保存草稿", "Save as draft"], drop: ["移出", "Take off"], none_picked: ["还没有勾选客户。请从筛查或案件列表勾选。", "Nothing is ticked yet: tick cases in the screening or in the list of cases."],
  title_hint: ["例如：12 月第 1 周 福田片区", "Such as: December, week 1, Futian"], submit: ["提交审核", "Submit"], submit_ask: ["提交后由主管逐户审核，提交前系统再查一次停访、投诉与异议。", "The supervisor reviews it line by line; stops, complaints and disputes are looked at again first."], submitted_toast: ["已提交，等待主管审核", "Submitted"],
  void: ["作废…", "Void…"], rename: ["改名", "Rename"], versions: ["版本对比", "Compare versions"], added: ["新增", "Added"], removed: ["移出", "Removed"], changed: ["变化", "Changed"], compare: ["第 {before} 版 → 第 {after} 版", "Version {before} → {after}"], same: ["两版相同", "No difference"],
  came_back_empty: ["没有被退回或移除的客户", "Nothing came back"], list: ["名单", "List"], again: ["更正后重新列入", "Correct and list again"], terms_of: ["评分明细", "How the score adds up"], own_only: ["仅名单编制人可修改", "Only its author may change it"], best: ["最优地址", "Best address"],
  total: ["合计 {n} 户 {amount}", "{n} cases, {amount}"],
});

export const LIST_STATES = { draft: ["草稿", "Draft"], submitted: ["待审核", "Submitted"], accepted: ["通过", "Accepted"], partly_accepted: ["部分通过", "Partly accepted"], returned: ["退回", "Returned"], in_scheme: ["已并入方案", "In a scheme"], void: ["作废", "Void"] } satisfies Words;
export const DECISIONS = { pending: ["待审", "Pending"], accept: ["通过", "Accepted"], return: ["退回", "Returned"], remove: ["移除", "Removed"] } satisfies Words;
export const TERM_VALUES = { unknown: ["不详", "unknown"], reached: ["联系上", "reached"], refused: ["拒绝沟通", "refused"], no_answer: ["无人接听", "no answer"], lost: ["失联", "lost"], yes: ["是", "yes"], no: ["否", "no"] } satisfies Words;
