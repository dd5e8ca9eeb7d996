// Words of the phones' pages.

import { words, type Words } from "../../words/t";

export const t = words({
  title: ["设备", "Phones"],
  empty: ["还没有登记手机。点「登记手机」取得登记码，让外访员在手机的 /m/ 页面输入。", "No phones yet. Issue a code and let the agent enter it on the phone's /m/ page."],
  agent: ["外访员", "Agent"], label: ["手机", "Phone"], state: ["状态", "State"], contact: ["上次联系", "Last heard of"], unsent: ["未传", "Unsent"],
  seconds: ["{n} 秒", "{n} s"], clock: ["时钟偏差", "Clock offset"], chain: ["记录链", "Chain"], plan: ["手机上的路线版本", "Plan on the phone"], version: ["应用版本", "App version"], records: ["已收记录", "Records received"],
  slow: ["慢 {span}", "{span} slow"], fast: ["快 {span}", "{span} fast"], exact: ["准", "Exact"], within: ["±{n} 秒", "±{n} s"],
  silent: ["超过 24 小时未联系，手机上还有未传记录", "Not heard of for 24 hours, with unsent work on it"],
  plan_old: ["手机 v{held}，已下发 v{sent}", "phone v{held}, sent out v{sent}"], plan_none: ["未收到 v{sent}", "v{sent} not received"], plan_same: ["v{held}", "v{held}"],
  missing_from: ["自第 {n} 条起缺", "missing from no. {n}"], enrolled: ["登记时间", "Enrolled"], revoked_at: ["停用时间", "Closed"], key: ["密钥算法", "Key"], since: ["始于", "Since"],
  enrol: ["登记手机", "Enrol a phone"], whose: ["为谁登记", "For whom"], issue: ["生成登记码", "Issue a code"],
  code_hint: ["登记码（10 分钟内有效，只显示一次）", "Code (good for ten minutes, shown once)"], code_use: ["用手机相机扫描二维码；或在手机浏览器打开 {url}，扫码或输入此码。", "Scan it with the phone's camera; or open {url} in its browser, and scan or enter the code."], qr: ["登记二维码", "QR code of the enrolment"],
  revoke: ["撤销", "Revoke"], lost: ["挂失", "Report lost"], replace: ["更换手机", "Replace"], resend: ["要求重发", "Ask to send again"],
  revoke_ask: ["撤销后该手机不再收到任何资料，下次联系时清除客户信息；未传的记录仍可上交。此操作不可恢复。", "The phone gets nothing more and deletes the customers' data at its next contact; it may still hand in what it holds. This cannot be undone."],
  replace_ask: ["旧手机将停用，并为同一人生成新登记码。旧手机仍可上交未传记录。", "The old phone is closed and a code is issued for the same person. It may still hand in what it holds."],
  resend_from: ["从第几条记录起重发（1 至 {n}）", "Send again from record no. (1 to {n})"], resend_asked: ["已要求重发", "Asked"],
  clock_history: ["时钟比对", "Clock comparisons"], at: ["时间", "Time"], no_samples: ["还没有时钟比对。", "No comparisons yet."],
  quarantine: ["隔离记录", "Set aside"], no_quarantine: ["没有被隔离的记录。", "Nothing was set aside."], why: ["原因", "Reason"], what: ["内容", "What"],
  notice: ["个人信息安全事件通知", "Breach notice"], notice_hint: ["手机遗失后，由法务核对草稿、补全空白，决定是否通知监管部门和个人（个人信息保护法 57，A 级）。草稿写明手机上可能还有哪些案件、哪几类信息，不含姓名。", "After a phone is lost, legal completes the draft and decides whether authority and people are told (PIPL 57, grade A). It says which cases and kinds of data may still be on the phone, and names nobody."], notice_pdf: ["生成通知草稿（PDF）", "Draw the notice (PDF)"], notice_md: ["可编辑文本", "Text to edit"], notice_who: ["由合规或法务在本页生成。", "Compliance or legal draws it on this page."], notice_drawn: ["草稿已生成，已记入审计日志", "Drawn; the log keeps it"],
  replay: ["重新判定", "Judge again"], dismiss: ["不予处理", "Dismiss"], reopen: ["重新打开", "Reopen"], search: ["姓名或手机", "Name or phone"], only_care: ["只看需处理的", "Only those to look at"], only_lost: ["只看已挂失的", "Only the lost ones"],
});

export const DEVICE_STATES = { active: ["在用", "In use"], lost: ["已挂失", "Lost"], revoked: ["已撤销", "Revoked"], replaced: ["已更换", "Replaced"] } satisfies Words;
export const CHAIN_STATES = { whole: ["完整", "Whole"], waiting: ["待送", "Waiting"], gap: ["缺号", "Gap"], fork: ["分叉", "Fork"] } satisfies Words;
export const ROW_STATES = { open: ["待处理", "Open"], taken: ["已收入", "Taken in"], dismissed: ["不予处理", "Dismissed"] } satisfies Words;
