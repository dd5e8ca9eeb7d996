// Words of the dashboards.

import { words } from "../../words/t";

export const t = words({
  title: ["经营看板", "Dashboards"], days: ["{n} 天", "{n} days"], span: ["{from} – {until}", "{from} – {until}"], range: ["时间范围", "Time"], no_ranking: ["看板不排名外访员，也不统计回款金额：二者都会影响门口的言行。", "Nobody is ranked here and no money is summed: neither may steer what is said at a door."],
  coverage: ["覆盖", "Coverage"], visited: ["已访客户", "Customers visited"], of_open: ["在管案件 {n}，曾排入方案 {planned}", "{n} open cases, {planned} ever planned"], visits: ["外访 {n} 次", "{n} visits"], met: ["见本人率", "Met the debtor"], met_of: ["{met} / {n} 次", "{met} of {n}"],
  limitation: ["时效风险", "Limitation at risk"], at_risk: ["90 天内届满 {n}", "within 90 days: {n}"], expired: ["已届满 {n}", "run out: {n}"], see_due: ["查看期限", "See deadlines"], complaints: ["投诉", "Complaints"], received: ["期间收到 {n}", "received: {n}"], open: ["待答复 {n}", "open: {n}"], upheld: ["属实或部分属实 {n}", "upheld: {n}"],
  weeks: ["每周外访与见本人", "Visits and met by week"], week: ["周", "Week"], all: ["外访", "Visits"], met_short: ["见本人", "Met"], grades: ["证据等级", "Evidence grades"], grade: ["{grade} 级", "grade {grade}"], none: ["未定级", "none yet"], promises: ["承诺履行", "Promises"], no_promises: ["还没有承诺", "No promises yet"], count: ["件数", "Number"], no_visits: ["这段时间没有外访。外访记录同步后，这里会出现图表。", "No visits in this time. Charts appear once visits are synced."], exceptions: ["查看异常", "See exceptions"],
});

