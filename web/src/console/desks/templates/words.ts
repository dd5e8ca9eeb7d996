import { words, type Words } from "../../words/t";

export const t = words({
  title: ["单据模板", "Paper templates"], kind: ["单据种类", "Kind of paper"], versions: ["版本", "Versions"], shipped: ["随系统提供", "Shipped"], in_force: ["使用中", "In force"], waiting: ["待批准", "To be approved"], withdrawn: ["已停用", "Withdrawn"], past: ["已被替代", "Superseded"],
  edit: ["据此起草新文本", "Draft a new text from this"], clause: ["条款", "Clause"], preview: ["预览", "Preview"], save: ["提交新文本", "Submit the text"], approve: ["批准此文本", "Approve this text"], withdraw: ["停用", "Withdraw"], second: ["起草人不能批准自己的文本；批准按文本指纹核对。", "Nobody approves a text of his own; what is approved is exactly what was seen, by its fingerprint."],
  changed: ["与所据文本相比的改动", "What is changed"], unchanged: ["没有改动", "Nothing is changed"], digest: ["文本指纹", "Fingerprint"], none: ["选择左侧的版本查看", "Choose a version"],
  specimen: ["看成品 PDF（样本）", "See the paper as a PDF (specimen)"], specimen_again: ["按现在的文本重新生成", "Make it again of the text as it is now"], specimen_open: ["在新标签页打开", "Open in a tab of its own"], specimen_what: ["样本中的人、金额和编号都是虚构的，每页印有「样本 SPECIMEN」，不保存，也不能验真。", "People, amounts and numbers of a specimen are invented; every page says 样本 SPECIMEN; nothing is kept, and it cannot be verified."], specimen_old: ["文本已改动，下面仍是改动前的样本", "The text was changed since: what stands below is of before"],
  faulty: ["有 {n} 处条款需要修改，见各条下方", "{n} clauses have to be mended; see below each"], fault_empty: ["此条款必须有内容", "This clause needs a text"], fault_field: ["没有合并字段 {value}，可用：{known}", "There is no merge field {value}; there are {known}"], fault_no_fields: ["此单据不填写合并字段，{value} 会照原样印出，请删去", "This paper fills in no merge fields: {value} would be printed as it stands; take it out"], fault_character: ["单据的字体印不出这个字符：{value}", "No font of the papers can print {value}"],
});

export const CLAUSES = {
  answer_notice: ["签字的意思", "What a signature means"], private_notice: ["密封与本人拆阅", "Sealed, for the addressee only"], rights: ["您的权利", "Your rights"], receipt_note: ["签收的意思", "What receipt means"], cash_notice: ["不收现金", "No cash"],
  voluntary: ["自愿", "Of free will"], breach: ["未按期履行", "When a date is missed"], change: ["变更", "Changes"], data_note: ["个人信息", "Personal data"],
  "consequence.interest": ["后果：利息", "Consequence: interest"], "consequence.credit_record": ["后果：征信", "Consequence: credit record"], "consequence.acceleration": ["后果：提前到期", "Consequence: acceleration"], "consequence.guarantor": ["后果：保证责任", "Consequence: guarantor"],
  "consequence.lawsuit": ["后果：起诉或支付令", "Consequence: lawsuit"], "consequence.costs": ["后果：费用", "Consequence: costs"], "consequence.enforcement": ["后果：强制执行", "Consequence: enforcement"],
  facts: ["事实陈述", "Facts"], analysis: ["法律分析", "Law"], demand: ["主张与期限", "Demand"], attachments: ["附件", "Attachments"],
} satisfies Words;
