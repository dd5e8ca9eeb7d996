// Papers (单据) and records by their names.

export const PAPER_KINDS: Record<string, { zh: string; en: string }> = {
  account_statement: { zh: "客户对账单", en: "account statement" },
  dunning_letter: { zh: "催款函", en: "dunning letter" },
  lawyers_letter: { zh: "律师函", en: "lawyer's letter" },
  visit_receipt: { zh: "到访回执单", en: "visit receipt" },
  promise: { zh: "还款承诺书", en: "promise to pay" },
};

export const RECORD_KINDS: Record<string, { zh: string; en: string }> = {
  check_in: { zh: "到达", en: "arrival" },
  met: { zh: "会见人", en: "who was met" },
  disclosure: { zh: "已告知事项", en: "what was said" },
  outcome: { zh: "外访结果", en: "outcome" },
  promise: { zh: "还款承诺", en: "promise" },
  signed_paper: { zh: "签署文件", en: "signed paper" },
  manifest: { zh: "照片清单", en: "photos" },
  check_out: { zh: "离开", en: "departure" },
  plan_event: { zh: "行程事件", en: "progress" },
  contact_attempt: { zh: "联系尝试", en: "call" },
  incident: { zh: "安全事件", en: "incident" },
  correction: { zh: "更正单", en: "correction" },
  location: { zh: "行踪点", en: "track" },
};
