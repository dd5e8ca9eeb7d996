// Words of the work board.

import { words, type Words } from "../../words/t";

export const t = words({
  title: ["今日工作台", "Today"],
  day: ["日期", "Day"], refreshed: ["{time} 更新", "Updated {time}"],
  alarms: ["安全告警", "Alarms"], no_alarms: ["没有待处理的告警。", "No alarms."], done: ["已处理", "Dealt with"], at: ["位置 {place}（WGS-84）", "at {place} (WGS-84)"], done_ask: ["做了什么？联系了谁、对方怎么说。", "What was done: whom did you call, what did they say?"], since: ["始于 {time}", "since {time}"],
  crews: ["外访进度", "Crews"], no_schemes: ["这一天没有已批准或已下发的外访方案。在「外访方案」中编制、送审并下发后，进度会显示在这里。", "No scheme was signed off or sent out for this day. Compile, submit and dispatch one under Schemes."],
  scheme: ["方案", "Scheme"], crew: ["小组", "Crew"], planned: ["计划", "Planned"], arrived: ["到达", "Arrived"], left: ["离开", "Left"], case_no: ["案号", "Case"], state: ["状态", "State"], outcome: ["结果", "Outcome"], seq: ["序", "No."],
  n_planned: ["计划", "Planned"], n_arrived: ["已到达", "Arrived"], n_done: ["已完成", "Done"], n_overdue: ["逾时未到", "Overdue"], n_phones: ["待处理手机", "Phones to see to"], n_review: ["待复核外访", "Visits to review"], n_lists: ["待审名单", "Lists to review"],
  phones: ["需处理的手机", "Phones to look after"], no_phones: ["所有手机均正常。", "All phones are fine."], unsent: ["未传 {n} 条", "{n} unsent"], last: ["{ago}联系", "heard of {ago}"], clock_off: ["时钟{off}", "clock {off}"], plan_old: ["路线版本旧", "old plan"], chain_alert: ["记录链异常", "chain broken"],
  late_by: ["晚 {span}", "{span} late"], all: ["全部", "All"], only: ["只看", "Only"], reconcile: ["计划与实际对照", "Planned and done"],
});

export const STANDINGS = { waiting: ["未到时间", "Waiting"], en_route: ["在途", "On the way"], there: ["在现场", "At the door"], done: ["已完成", "Done"], overdue: ["逾时未到", "Overdue"], missed: ["未执行", "Not carried out"], withheld: ["暂缓", "Withheld"] } satisfies Words;
export const ALARMS = { incident: ["现场险情", "Incident"], overdue_check_out: ["超时未离开", "Too long at the door"], no_word: ["出发后无消息", "No word"] } satisfies Words;
