// Words of the general manager's sign-off.

import { words, type Words } from "../../words/t";

export const t = words({
  beyond: ["方案费用超出您的授权上限：可以退回，同意须由总经理签批。", "It costs more than you may sign for: you may send it back; only the general manager can agree."],
  title: ["待签批", "To sign off"], waiting: ["待签批", "Waiting"], decided: ["已批准", "Signed off"], returned: ["已退回", "Returned"],
  empty: ["没有等待签批的方案。主管提交、复核后，方案会出现在这里。", "Nothing waits for you. A scheme appears here once it was submitted and reviewed."],
  empty_decided: ["还没有这样的方案。", "There are none yet."],
  changed: ["变更待批", "Changed"], first: ["首次签批", "First sign-off"],
  who: ["人员", "Who"], where: ["区域", "Where"], when: ["时间", "When"], cost: ["费用估计", "Cost"], risk: ["风险", "Risk"],
  customers: ["客户", "Customers"], of_routed: ["{n} 户，{routed} 户已排入路线", "{n}, {routed} on a route"], owed: ["欠款合计", "Owed in all"],
  way: ["里程", "Distance"], high_risk: ["高风险 {n} 户", "{n} at high risk"], limitation: ["时效将到期 {n} 户", "limitation near: {n}"], no_risk: ["无高风险地址", "no address at high risk"],
  rules_broken: ["{n} 条规则需说明", "{n} rules to explain"], rules_kept: ["{n} 条规则全部符合", "all {n} rules are kept"],
  difference: ["与上次签批相比", "Since the last decision"], difference_plan: ["与上一版计划相比", "Since the plan before"], no_difference: ["内容没有变化", "Nothing has changed"],
  small_changes: ["另有 {n} 处顺序与时间微调", "and {n} small changes of order and time"], since: ["第 {version} 版，{at}", "version {version}, {at}"],
  crews: ["分组", "Crews"], stops: ["{n} 户", "{n} stops"], list: ["客户清单", "Customers"], rules: ["合规检查", "Rules"], costs: ["费用", "Costs"], decisions: ["审批意见", "Decisions"],
  materials: ["材料", "Materials"], unrouted: ["未排入", "not on a route"], limitation_on: ["时效 {on}", "limitation {on}"], compiled_by: ["编制 {name}", "compiled by {name}"],
  sheet: ["审批表 PDF", "Approval sheet"], safety: ["安全提示", "Safety"], open_scheme: ["方案", "Scheme"],
  agree: ["同意", "Agree"], limit: ["附限制同意", "Agree with a limit"], give_back: ["退回", "Return"],
  confirm_agree: ["同意并签批", "Sign off"], confirm_limit: ["附限制签批", "Sign off with this limit"], confirm_return: ["退回主管", "Send back"],
  seen: ["签批的正是所见内容：第 {version} 版，指纹 {digest}", "You sign exactly what you saw: version {version}, fingerprint {digest}"],
  agree_what: ["{customers} 户 · {days} · {cost}", "{customers} customers · {days} · {cost}"],
  limit_note: ["限制说明", "Limit"], limit_hint: ["例：18:00 前结束；南山一户须电话确认后再去", "e.g. finish by 18:00; call before one door"], latest: ["最晚时刻", "Latest hour"], exclude: ["不同意拜访的客户", "Customers not to be visited"],
  why_return: ["退回理由（主管会看到）", "Why (the supervisor reads it)"], quick: ["常用", "Often"],
  done_agree: ["已签批", "Signed off"], done_return: ["已退回", "Sent back"], moved: ["方案在您查看后有变动，未签批。下面是最新内容与差异。", "The scheme changed after you opened it: nothing was signed. This is what it says now."],
  not_waiting: ["此方案当前不待签批", "This scheme does not wait for sign-off"], delegated: ["您凭授权代签，费用上限 {most}，至 {until}", "You sign under a delegation: up to {most}, until {until}"],
  no_power: ["您今天没有代签授权", "You hold no delegation today"], not_decided: ["未决定", "open"], latest_is: ["最晚 {at}", "by {at}"],
});

export const QUICK_RETURNS: readonly (readonly [zh: string, en: string])[] = [
  ["费用偏高，请压缩路线", "Too expensive: shorten the routes"], ["请先电话核实地址", "Check the addresses by phone first"], ["人员安排不妥，请调整分组", "Change the crews"],
];

export const DECISIONS = { open: ["未决定", "open"], approved: ["同意", "agreed"], limited: ["附限制同意", "agreed with limits"], rejected: ["退回", "returned"] } satisfies Words;

export const SCHEME_STATES = {
  drafting: ["编制中", "Drafting"], submitted: ["复核中", "In review"], reviewed: ["待签批", "To sign off"], signed_off: ["已批准", "Signed off"], returned: ["已退回", "Returned"],
  changed: ["变更待批", "Changed"], dispatched: ["已下发", "Dispatched"], under_way: ["执行中", "Under way"], collated: ["已归总", "Collated"], closed: ["已关闭", "Closed"],
} satisfies Words;

/** Members of a scheme's content that a difference may name. */
export const MEMBERS = {
  title: ["名称", "title"], area: ["区域", "area"], dates: ["日期", "days"], vehicles: ["车辆", "vehicles"], materials: ["材料", "materials"], costs: ["费用明细", "costs"], cost_fen: ["费用估计", "cost"],
  risk_notes: ["安全提示", "safety notes"], plan_version: ["路线计划", "road plan"], rule_pack: ["规则包", "rule pack"], crew_id: ["组别", "crew"], day: ["日期", "day"], seq: ["顺序", "order"], arrive_at: ["到达", "arrival"],
  depart_at: ["离开", "departure"], leg_m: ["路段", "way"], windows: ["可访时段", "hours"], service_min: ["时长（分）", "minutes"], must_visit: ["必须拜访", "must be visited"], note: ["备注", "note"], drop_reason: ["未排入原因", "left out"],
  owed_fen: ["欠款", "owed"], owed_as_of: ["欠款截至日", "owed as of"], address_id: ["地址", "address"], name: ["名称", "name"], members: ["成员", "members"], vehicle: ["车辆", "vehicle"], start: ["出发地", "start"], end: ["终点", "end"], shift: ["班次", "shift"],
  added: ["新增", "added"], removed: ["移除", "removed"], customer: ["客户", "customer"], crew: ["分组", "crew"], rule: ["规则", "rule"],
} satisfies Words;
