import { words } from "../../words/t";

export const t = words({
  title: ["人员", "People"], empty: ["还没有人员", "Nobody yet"], add: ["新增人员…", "Add a person…"], edit: ["修改", "Edit"], person: ["人员", "Person"],
  name: ["姓名", "Name"], username: ["用户名", "User name"], staff_no: ["工号", "Staff no."], roles: ["岗位", "Roles"], creditors: ["可见委托方", "Creditors"], all_creditors: ["全部委托方", "Every creditor"], some_creditors: ["仅以下委托方", "These only"],
  qualified_until: ["资质有效期至", "Qualified until"], qualification: ["资质", "Qualification"], languages: ["语言/方言", "Languages"], languages_hint: ["用顿号或逗号分隔，如：普通话、粤语", "Separated by commas"], active: ["在用", "Active"], closed: ["已停用", "Closed"], state: ["状态", "State"],
  password: ["初始密码（至少 10 位）", "First password (10 characters at least)"], new_password: ["重设密码（留空不变；重设后旧登录全部失效）", "New password (empty: unchanged; ends every session)"], expired: ["已过期", "Expired"], expiring: ["{n} 天后到期", "Ends in {n} days"], missing: ["未登记", "Not recorded"], phones: ["设备", "Phones"],
  end_sessions: ["退出其全部登录…", "End all sessions…"], end_sessions_sure: ["退出「{name}」在所有浏览器和程序上的登录？账号和双因素不变，本人可重新登录；外访手机不受影响。", "End every session of “{name}”, in browsers and programs? Account and second factor stay; the person may sign in again. Phones are not touched."], sessions_ended: ["已全部退出", "All sessions ended"],
  all: ["全部", "All"], soon: ["30 天内到期或已过期", "Expired or within 30 days"], close_ask: ["停用后此人立即退出所有设备，名下手机仍可上交未传数据。", "All sessions end at once; phones may still hand in what they hold."],
});
