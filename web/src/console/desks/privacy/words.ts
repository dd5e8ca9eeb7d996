// Words of personal data: requests, retention, legal holds, deletions.

import { words, type Words } from "../../words/t";

export const t = words({
  requests: ["个人信息请求", "Requests"], retention: ["保存期限", "Retention"], holds: ["法律保全", "Legal holds"], deletions: ["删除", "Deletions"], tabs: ["个人信息", "Personal data"],
  requests_empty: ["没有请求。客户要求查阅、复制、更正、删除个人信息或限制处理时，在案件页的「保存与删除」中登记，答复期限由规则计算。", "None. When a person asks for access, a copy, correction, deletion or restriction, take it on the case's page; the rules set the day it has to be answered by."],
  retention_empty: ["没有保存期限已满的案件。案件结清或撤回后，记录保存到规则要求的最短年限。", "No case has outlived its retention. Records of a settled or recalled case are kept for the years the rules want."],
  holds_empty: ["没有法律保全。在案件页的「保存与删除」中设置；保全期间不得删除该案件的任何数据。", "None. Place one on the case's page; nothing of the case is deleted while it stands."],
  deletions_empty: ["没有删除申请。合规在案件页的「保存与删除」中申请，由总经理本人执行，系统出具删除证明。", "None. Compliance asks for one on the case's page, the general manager carries it out, and a certificate is issued."],
  only_open: ["只看待办", "Only what waits"], only_standing: ["只看有效的", "Only those that stand"], case: ["案件", "Case"], kind: ["请求事项", "Asks for"], received: ["收到", "Received"], due: ["答复期限", "Answer by"], answer: ["答复", "Answer"], state: ["状态", "State"],
  waiting: ["待答复", "Waiting"], overdue: ["已超期 {n} 天", "{n} days late"], left: ["剩 {n} 天", "{n} days left"], today: ["今天到期", "Due today"], article: ["依据", "Article"],
  said: ["请求内容", "What was asked"], answered: ["已答复", "Answered"], give_answer: ["答复请求人", "Answer the person"], answer_words: ["答复内容（拒绝须说明理由，将存档）", "The answer; a refusal says why (it is kept)"], answer_sure: ["答复后不能修改。", "An answer cannot be changed."], back: ["全部请求", "All requests"],
  held: ["查看所持有的信息…", "Show what is held…"], held_sure: ["将显示该客户的完整个人信息，供本人查阅、复制；谁在何时查看会写入审计日志。", "Shows in full what is held of this person, to be given to him; the log records that it was given."], held_title: ["所持有的个人信息", "What is held"], held_print: ["打印", "Print"], hide: ["隐藏", "Hide"], name: ["姓名", "Name"], id_number: ["证件号码", "ID number"], phone: ["手机", "Telephone"], addresses: ["地址", "Addresses"], contract_no: ["合同编号", "Contract"], creditor: ["委托方", "Creditor"], product: ["产品", "Product"], owed: ["欠款", "Owed"], visits: ["外访", "Visits"], visit_count: ["{n} 次", "{n}"],
  restricted: ["限制处理的请求登记后立即停访；拒绝该请求则解除停访。", "A restriction stops visits at once; refusing it lifts the stop."],
  ended: ["结束", "Ended"], kept_until: ["保存至", "Kept until"], days_left: ["剩余", "Left"], past: ["已满 {n} 天", "{n} days past"], within: ["范围", "How far ahead"], now: ["已到期", "Run out"], days: ["{n} 天内", "In {n} days"],
  reason: ["理由", "Reason"], placed: ["设置", "Placed"], lifted: ["解除", "Lifted"], stands: ["有效", "Stands"], lift: ["解除保全", "Lift"], lift_sure: ["解除后保存期限重新计入，案件数据到期即可申请删除。", "The retention clock counts again: the data may be deleted once it has run out."], lift_done: ["已解除", "Lifted"],
  ground: ["事由", "Ground"], asked: ["申请", "Asked"], carried_out: ["执行", "Carried out"], to_carry_out: ["待总经理执行", "Waits for the general manager"], carry_out: ["执行删除…", "Delete…"], carry_out_sure: ["将永久删除案件 {no} 的个人信息：销毁案件密钥、覆盖明文、删除文件。无法恢复。请确认理由：{reason}", "Deletes the personal data of case {no} for good: its key is destroyed, plain fields are written over, files are removed. It cannot be taken back. Reason: {reason}"], carry_out_done: ["已删除，证明已出具", "Deleted; the certificate is issued"], certificate: ["删除证明", "Certificate"],
  tab: ["保存与删除", "Retention"], clock: ["保存期限", "Retention clock"], case_open: ["案件尚未结束，保存期限未开始计算", "The case is open: the clock has not begun"], against: ["不得删除的原因", "What stands against deleting"], against_none: ["可以申请删除", "May be deleted"], is_deleted: ["个人信息已删除", "The personal data is deleted"], source: ["依据 {source}（{grade} 级）", "Source: {source} (grade {grade})"],
  place_hold: ["设置保全…", "Place a hold…"], hold_why: ["保全理由（不写个人信息）", "Why (no personal data)"], hold_done: ["已保全", "Held"], no_holds: ["没有法律保全", "No legal holds"], ask_deletion: ["申请删除…", "Ask for deletion…"], ask_hint: ["申请后由总经理执行；申请人本人不能执行。", "The general manager carries it out, never whoever asked."], asked_done: ["已申请，等待总经理执行", "Asked; it waits for the general manager"], deletion_why: ["说明（不写个人信息）", "Why (no personal data)"],
  take_request: ["登记请求…", "Take a request…"], take_done: ["已登记，须在 {day} 前答复", "Taken; answer by {day}"], no_requests: ["没有请求", "No requests"],
});

export const KINDS = { access: ["查阅", "Access"], copy: ["复制", "A copy"], correction: ["更正、补充", "Correction"], deletion: ["删除", "Deletion"], restriction: ["限制处理", "Restriction"] } satisfies Words;
export const ANSWERS = { granted: ["同意", "Granted"], partly: ["部分同意", "Partly granted"], refused: ["拒绝", "Refused"] } satisfies Words;
export const GROUNDS = { retention: ["保存期限届满", "Retention has run out"], creditor: ["委托终止，委托方要求", "The creditor ended it"], person: ["个人请求", "The person asks"] } satisfies Words;
export const AGAINST = { case_open: ["案件尚未结束", "The case is open"], legal_hold: ["法律保全中", "A legal hold stands"], RECORDS: ["未满规则要求的记录保存年限", "Records have to be kept longer"] } satisfies Words;
