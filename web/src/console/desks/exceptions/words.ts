// Words of what does not add up.

import { words, type Words } from "../../words/t";

export const t = words({
  title: ["异常", "Exceptions"], empty: ["这段时间没有异常：单据都有去向，设备链无缺号，没有重复照片或重叠坐标。", "Nothing here: every paper is accounted for, no chain has a gap, no photo or position is there twice."], all: ["全部", "All"], days: ["{n} 天", "{n} days"], ahead: ["时间范围", "How far back"],
  note: ["系统只列出对不上的地方，不下结论；请逐条核实。", "This lists what does not add up, and concludes nothing."], gap: ["{label}：已连续到第 {head} 条，之后有 {first}–{last}，中间缺号", "{label}: unbroken up to {head}, then {first}–{last}"], paper: ["{serial} 随 {scheme} 带出，外访已结束，去向不明", "{serial} was taken along with {scheme}; nobody says where it is"], photo: ["与另外 {n} 张照片高度相似", "looks like {n} other photos"], stacked: ["{n} 次打卡坐标完全相同：{cases}", "{n} check-ins at exactly the same point: {cases}"], visit: ["外访", "Visit"], case: ["案件 {no}", "Case {no}"], scheme: ["方案", "Scheme"], duty: ["{about}：", "{about}:"], audit: ["合规审计", "the audit"], retention: ["保存与删除", "Retention"], request: ["个人信息请求", "The request"], device: ["手机 {label}", "Phone {label}"], creditor: ["委托方 {name}", "Creditor {name}"], rule: ["{gate}：", "{gate}:"],
});

export const KINDS = { duty_overdue: ["义务逾期", "Duties overdue"], rule_broken: ["规则未满足", "Rules not kept"], unaccounted_serial: ["单据去向不明", "Unaccounted papers"], chain_gap: ["设备链缺号", "Gaps in a chain"], duplicate_photo: ["重复照片", "Duplicate photos"], stacked_position: ["坐标重叠", "Stacked positions"] } satisfies Words;
