// Words of the complaints.

import { words, type Words } from "../../words/t";

export const t = words({
  title: ["投诉", "Complaints"], empty: ["没有投诉。办公室登记或客户扫描单据二维码提交的投诉会出现在这里，相关案件立即冻结外访。", "None. Complaints taken by the office or sent over a paper's code appear here; visits to the case stop at once."], state: ["状态", "State"], take: ["登记投诉", "Take a complaint"], case: ["案件", "Case"], paper: ["单据编号", "Paper"], channel: ["渠道", "Channel"], received: ["收到", "Received"], answered: ["答复", "Answered"], finding: ["认定", "Finding"], waiting: ["已等 {n} 天", "{n} days waiting"],
  text: ["投诉内容", "What was said"], contact: ["联系方式", "Contact"], answer: ["答复", "Answer"], give_answer: ["答复并认定", "Answer"], answer_text: ["答复内容（将存档）", "The answer (it is kept)"], done_answer: ["已答复；关闭前仍不得外访", "Answered; no visits until it is closed"], close: ["关闭投诉，解除冻结", "Close and lift the freeze"], close_sure: ["关闭后该案件可以重新安排外访，外访员手机会收到通知。", "The case may be visited again and the phones are told."], closed: ["已关闭", "Closed"], frozen: ["此案外访已冻结", "Visits to this case are frozen"], released: ["冻结已解除", "The freeze is lifted"], reference: ["编号", "Reference"], case_or_paper: ["案号或单据编号", "Case number or serial"], taken: ["已登记，该案外访已冻结", "Taken; visits to the case are frozen"], not_found: ["没有这个案号或单据", "No such case or paper"], back: ["全部投诉", "All complaints"], rules: ["规则未满足的外访", "Visits that broke a rule"],
});

export const STATES = { open: ["待答复", "Open"], answered: ["已答复", "Answered"], closed: ["已关闭", "Closed"] } satisfies Words;
export const CHANNELS = { phone: ["电话", "Telephone"], counter: ["来访", "In person"], letter: ["信函", "Letter"], qr: ["扫码", "QR code"] } satisfies Words;
export const FINDINGS = { upheld: ["属实", "Upheld"], partly: ["部分属实", "Partly upheld"], rejected: ["不属实", "Rejected"] } satisfies Words;
