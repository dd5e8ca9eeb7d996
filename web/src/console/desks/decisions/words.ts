// Words of the decisions about cases: proposal, legal opinion, decision.

import { words, type Words } from "../../words/t";

export const t = words({
  title: ["管理决策", "Decisions"], advised: ["待决策", "To decide"], proposed: ["待法务意见", "Waiting for legal"], suspend: ["暂停清单", "Suspended"], sue: ["起诉清单", "To be sued"], payment_order: ["支付令", "Payment orders"], all: ["全部", "All"],
  empty: ["这里没有案件。主管提议、法务出具意见后，案件会出现在「待决策」。", "No case here. One appears once a supervisor proposed and legal gave an opinion."],
  case: ["案件", "Case"], debtor: ["客户", "Debtor"], owed: ["欠款", "Owed"], proposal: ["提议", "Proposal"], opinion: ["法务意见", "Legal opinion"], decision: ["决定", "Decision"], state: ["进度", "Progress"], review_on: ["复核日", "Review on"], decided: ["决定时间", "Decided"],
  why: ["提议理由", "Why it is proposed"], by: ["{name}，{at}", "{name}, {at}"], evidence: ["所附证据", "Evidence"], no_evidence: ["提议未附证据", "No evidence was named"], readiness: ["证据与时效", "Evidence and limitation"], ready_share: ["证据就绪 {n}%", "evidence {n}%"],
  limitation: ["诉讼时效最后一日", "Limitation runs out on"], days_left: ["{on} 时剩余 {n} 天", "{n} days left on {on}"], demands: ["有效催收核对", "Demands"], missing_proof: ["缺：没有 A/B 级催告或承诺", "missing: no demand or agreement of grade A or B"],
  decide: ["决策", "Decide"], as_proposed: ["按提议：{what}", "As proposed: {what}"], otherwise: ["另作决定", "Decide otherwise"], choice: ["决定", "Decision"], reasons: ["理由（存档，法务与主管可见）", "Reasons (kept; legal and the supervisor read them)"], copy_reasons: ["采用法务意见", "As legal says"],
  limits: ["限制", "Limits"], limit_note: ["限制说明", "Limit"], until_on: ["最迟办理日", "To be done by"], least: ["和解下限（元）", "Least to settle for (yuan)"], review_days: ["复核期", "Review in"], days: ["{n} 天", "{n} days"],
  decide_now: ["确认决定", "Decide"], done: ["已决定", "Decided"], not_mine: ["您参与了提议或意见，由另一位总经理决定。", "You proposed or advised: another manager decides."], no_advice: ["法务尚未出具意见，暂不能决定。", "Legal has not given an opinion yet."], moved: ["内容已被他人更新，尚未作出决定，请重新查看。", "Somebody changed this: nothing was decided. Look again."],
  propose: ["提请决策…", "Propose a decision…"], propose_title: ["提请决策", "Propose a decision"], propose_now: ["提请法务意见", "Ask legal"], propose_done: ["已提请，等待法务意见", "Proposed; legal is asked"], no_visit_yet: ["此案还没有外访", "No visits yet"], go_on: ["继续催收…", "Go on collecting…"], go_on_why: ["继续催收的理由", "Why it goes on"], went_on: ["已转为继续催收", "Collecting goes on"],
  visit: ["外访", "Visit"], grade: ["证据等级", "Evidence grade"], presence: ["到场", "Presence"], met: ["会见", "Met"], outcome: ["结果", "Outcome"], agents: ["外访员", "Agents"], photo: ["现场照片 {n}", "Photo {n}"], open_visit: ["查看外访记录", "Open the visit"], open_case: ["查看案件", "Open the case"], other_evidence: ["{kind} {id}", "{kind} {id}"],
  history: ["此案历次决定", "Decisions on this case"], no_history: ["这是第一次", "This is the first"], in_force: ["生效中", "in force"], limited: ["限制：{what}", "limits: {what}"],
  after: ["决定生效后：案件转为「{state}」{visits}", "After it: the case is “{state}”{visits}"], no_visits: ["，停止上门并通知外访员手机", ", nobody goes to the door any more and the phones are told"],
});

export const PROPOSALS = {
  continue: ["继续催收", "Continue"], suspend: ["暂停催收", "Suspend"], sue: ["起诉", "Sue"], payment_order: ["申请支付令", "Payment order"], police_prepare: ["报案准备", "Prepare a police report"], return: ["退案", "Return to the creditor"], relief: ["减免协商", "Negotiate relief"],
} satisfies Words;
export type Proposal = keyof typeof PROPOSALS;

export const OPINIONS = { ready: ["证据就绪", "Ready"], not_ready: ["需补证", "Not ready"], against: ["不建议", "Against"] } satisfies Words;
/** The same opinions on what goes to no court or police: there is no evidence to be ready. */
export const PLAIN_OPINIONS = { ready: ["无异议", "No objection"], not_ready: ["需补充材料", "More is needed"], against: ["不建议", "Against"] } satisfies Words;
const BEFORE_COURT: readonly string[] = ["sue", "payment_order", "police_prepare"];

/** Return the words of legal's opinions on a proposal. */
export const opinionsOn = (proposal: string | undefined): Words => (BEFORE_COURT.includes(proposal ?? "") ? OPINIONS : PLAIN_OPINIONS);
export const STATES = { proposed: ["待法务意见", "Waiting for legal"], advised: ["待决策", "To decide"], decided: ["已决定", "Decided"] } satisfies Words;
export const AFTER = { continue: "continued", relief: "continued", suspend: "suspended", sue: "legal", payment_order: "legal", police_prepare: "legal", return: "recalled" } as const;
export const MET = { debtor: ["本人", "the debtor"], nobody: ["无人", "nobody"], co_resident_adult: ["同住成年亲属", "a co-resident adult"], third_party: ["第三人", "a third party"], guarantor: ["保证人", "a guarantor"] } satisfies Words;
