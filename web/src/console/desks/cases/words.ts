// Words of the cases' pages.

import { words, type Words } from "../../words/t";

export const t = words({
  n_days: ["{n} 天", "{n} days"],
  title: ["案件", "Cases"],
  empty: ["还没有案件。专员在「导入」中读入委托方的文件后，案件会出现在这里。", "No cases yet. They appear once a specialist imports a creditor's file."],
  case_no: ["案号", "Case"], debtor: ["客户", "Debtor"], creditor: ["委托方", "Creditor"], product: ["产品", "Product"], state: ["状态", "State"],
  owed: ["欠款", "Owed"], days: ["逾期天数", "Days past due"], last_visit: ["上次外访", "Last visit"], return_due: ["委托到期", "Return due"],
  placed: ["委案金额", "Placed"], placed_on: ["委案日期", "Placed on"], flags: ["标记", "Flags"], least_days: ["逾期天数下限", "Least days past due"], list_them: ["列入外访名单…", "Put on a visit list…"],
  find: ["案号或姓名", "Case or name"], least: ["金额下限（元）", "Least amount (yuan)"], district: ["区县", "District"],
  overview: ["概况", "Overview"], timeline: ["时间轴", "Timeline"], visits: ["外访与承诺", "Visits and promises"], papers: ["单据", "Papers"], clock: ["诉讼时效", "Limitation"], money: ["还款冲抵", "Payments"], retention: ["保存与删除", "Retention"],
  debt: ["债务", "Debt"], principal: ["本金", "Principal"], interest: ["利息", "Interest"], penalty_interest: ["罚息", "Default interest"], penalty: ["违约金", "Penalty"], fees: ["费用", "Fees"], total: ["合计", "Total"], as_of: ["数据截至", "As of"],
  overdue_on: ["首次逾期", "Overdue since"], due_on: ["最后一期到期", "Last instalment due"], last_paid: ["最后还款", "Last paid"], contract: ["合同尾号", "Contract ends"], remark: ["备注", "Remark"], broken: ["违约承诺", "Broken promises"],
  person: ["客户与联系方式", "Debtor and contacts"], id_number: ["证件号码", "ID number"], phone: ["手机", "Telephone"], contract_no: ["合同编号", "Contract number"], addresses: ["地址", "Addresses"], confirmed: ["已核实", "Confirmed"], unconfirmed: ["未核实", "Unconfirmed"],
  do_not_contact: ["拒绝联系", "Do not contact"], guarantor: ["保证人", "Guarantor"], others: ["其他相关人", "Others"], same_person: ["同一客户的其他案件", "The same person's other cases"],
  reveal: ["查看完整信息…", "Show in full…"], reveal_title: ["查看完整个人信息", "Show personal data in full"], reveal_why: ["查看理由（写入审计日志，谁在何时看了什么都有记录）", "Why (recorded in the audit log with who, when and what)"], reveal_what: ["查看内容", "What"], hide: ["重新隐藏", "Hide again"], hides_in: ["{n} 秒后自动隐藏", "Hidden again in {n} s"],
  precision: ["精度", "Precision"], risk: ["风险", "Risk"], risk_note: ["登记风险…", "Note a risk…"], beware: ["上门须注意", "What to beware of"], risk_done: ["已登记，外访员手机将收到", "Noted; the phones are told"], copied: ["已复制", "Copied"], copy: ["复制", "Copy"],
  stops: ["停访标志", "Stop flags"], stops_none: ["没有停访标志", "No stop flags"], stop_raise: ["设停访…", "Stop visits…"], stop_lift: ["解除…", "Lift…"], stop_kind: ["停访原因", "Reason"], stop_done: ["已设停访，外访员手机将收到", "Visits are stopped; the phones are told"], lifted: ["已解除", "Lifted"], note: ["说明", "Note"],
  statement: ["客户对账单", "Account statement"], statement_hint: ["生成对账单 PDF（编号并留痕）", "Issue the statement as PDF (numbered and recorded)"],
  clock_state: ["状态", "State"], expires: ["时效届满", "Expires"], act_by: ["最迟行动日", "Act by"], left: ["剩余天数", "Days left"], cap: ["最长保护期", "Longest protection"], grade: ["证据等级", "Grade of proof"], line: ["计算过程（逐条）", "Step by step"], article: ["依据", "Article"], missing: ["缺少的证据", "Missing proof"], guarantees: ["保证期间", "Guarantee periods"],
  when: ["时间", "When"], what: ["事项", "What"], details: ["内容", "Details"], by: ["外访员", "Agents"], outcome: ["结果", "Outcome"], presence: ["到场等级", "Presence"], visits_none: ["还没有外访。案件列入名单、方案获批并下发后，外访记录会出现在这里。", "No visits yet: they appear after list, scheme and dispatch."],
  promises_none: ["没有还款承诺", "No promises"], promises: ["还款承诺", "Promises"], instalment: ["期次", "No."], due: ["到期日", "Due"], amount: ["金额", "Amount"], met: ["已还", "Paid"],
  papers_none: ["还没有出具单据", "No papers yet"], serial: ["编号", "Serial"], paper: ["单据", "Paper"], issued: ["出具时间", "Issued"], version: ["版本", "Version"], pdf: ["PDF", "PDF"], verify: ["验真", "Verify"],
  payments_none: ["委托方的回款流水里还没有这个案件的入账", "Nothing of this case in the creditor's feed yet"], remaining: ["冲抵后余额", "What is left"], order: ["依民法典 561 条：费用、利息、本金依次冲抵", "In the order of Civil Code 561: costs, interest, principal"], booked: ["入账日", "Booked"], went_to: ["冲抵去向", "Set against"],
  flag_clear: ["已核实，消除标记…", "Checked: clear…"], open_list: ["列入名单", "Put on a list"], visit_event: ["外访", "Visit"],
});

export const CLOCK_STATES = { running: ["进行中", "Running"], expired: ["已届满", "Expired"], unknown: ["无法计算", "Cannot be computed"], suspended: ["中止", "Suspended"], waived: ["已放弃时效抗辩", "Defence waived"], interrupted: ["已中断", "Interrupted"], restarted: ["重新起算", "Restarted"] } satisfies Words;
export const STOP_KINDS = { complaint: ["投诉", "Complaint"], dispute: ["异议", "Dispute"], recall: ["委托方撤回", "Recalled"], settled: ["已结清", "Settled"], do_not_contact: ["拒绝联系", "Do not contact"], special: ["特殊人群", "Special protection"], other: ["其他", "Other"] } satisfies Words;
export const ADDRESS_KINDS = { home: ["家庭", "Home"], work: ["单位", "Work"], registered: ["户籍", "Registered"], delivery: ["送货", "Delivery"], other: ["其他", "Other"] } satisfies Words;
export const PRECISIONS = { door: ["门牌", "Door"], building: ["楼栋", "Building"], street: ["街道", "Street"], village: ["村", "Village"], district: ["区县", "District"], none: ["无坐标", "No position"] } satisfies Words;
export const RISKS = { low: ["低", "Low"], normal: ["一般", "Normal"], high: ["高", "High"] } satisfies Words;
export const PAPERS = { account_statement: ["客户对账单", "Account statement"], dunning_letter: ["催款函", "Dunning letter"], lawyers_letter: ["律师函", "Lawyer's letter"], visit_receipt: ["到访回执单", "Visit receipt"], promise: ["还款承诺书", "Written promise"], written_promise: ["还款承诺书", "Written promise"], visit_scheme: ["外访方案审批表", "Visit scheme"], visit_summary: ["走访汇总表", "Visit summary"], evidence_index: ["证据目录", "Evidence index"] } satisfies Words;
export const VISIT_STATES = { open: ["进行中", "Open"], complete: ["待复核", "To review"], incomplete: ["未到齐", "Incomplete"], uploaded: ["待复核", "To review"], reviewed: ["已复核", "Reviewed"], returned: ["退回补充", "Returned"], sealed: ["已封存", "Sealed"], doubtful: ["存疑", "Doubtful"] } satisfies Words;
export const PROMISE_STATES = { draft: ["草拟", "Draft"], signed: ["已签", "Signed"], effective: ["生效", "In force"], kept: ["已履行", "Kept"], part_kept: ["部分履行", "Partly kept"], overdue: ["逾期", "Overdue"], broken: ["违约", "Broken"] } satisfies Words;
export const INSTALMENT_STATES = { open: ["未到期", "Not due yet"], due: ["宽限期内", "Due, in grace"], kept: ["按期履行", "Kept"], late: ["逾期付清", "Paid late"], unmet: ["未付清", "Unmet"] } satisfies Words;
export const ACTIONS: Words = {
  "case.unmasked": ["查看完整个人信息", "personal data shown in full"], "stop.raised": ["设停访", "visits stopped"], "stop.lifted": ["解除停访", "stop lifted"], "case.flag_cleared": ["消除标记", "flag cleared"],
  "paper.issued": ["出具单据", "paper issued"], "case.continued": ["转回继续催收", "sent back to collection"], "limitation.recorded": ["登记时效事实", "limitation fact recorded"], "approval.given": ["法务批准", "legal approval"],
  "contact.attempted": ["电话联系债务人", "debtor called"],
};
export const CALL_RESULTS: Words = { reached: ["已接通本人", "reached"], no_answer: ["无人接听", "no answer"], wrong_number: ["号码有误", "wrong number"] };
