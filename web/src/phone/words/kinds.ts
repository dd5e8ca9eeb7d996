// The papers by their names (单据).

export const PAPER_KINDS: Record<string, { zh: string; en: string }> = {
  account_statement: { zh: "客户对账单", en: "account statement" },
  dunning_letter: { zh: "催款函", en: "dunning letter" },
  lawyers_letter: { zh: "律师函", en: "lawyer's letter" },
  visit_receipt: { zh: "到访回执单", en: "visit receipt" },
  promise: { zh: "还款承诺书", en: "promise to pay" },
};
