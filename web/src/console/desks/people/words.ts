import { words } from "../../words/t";

export const t = words({
  title: ["人员", "People"], empty: ["还没有人员", "Nobody yet"], add: ["新增人员…", "Add a person…"], edit: ["修改", "Edit"], person: ["人员", "Person"],
  name: ["姓名", "Name"], username: ["用户名", "User name"], staff_no: ["工号", "Staff no."], roles: ["岗位", "Roles"], creditors: ["可见委托方", "Creditors"], all_creditors: ["全部委托方", "Every creditor"], some_creditors: ["仅以下委托方", "These only"],
  qualified_until: ["资质有效期至", "Qualified until"], qualification: ["资质", "Qualification"], languages: ["语言/方言", "Languages"], languages_hint: ["用顿号或逗号分隔，如：普通话、粤语", "Separated by commas"], active: ["在用", "Active"], closed: ["已停用", "Closed"], state: ["状态", "State"],
  first_password: ["生成初始密码…", "Make a first password…"], first_password_of: ["「{name}」的初始密码", "First password of “{name}”"], first_password_follows: ["保存后自动生成初始密码，只显示一次；仅用手机的外访员凭登记码入网，不需要密码。", "A first password follows once saved, shown once. Agents who only use a phone enrol by code and need none."],
  first_password_what: ["只显示这一次，请当面或电话告知本人，不要发在群里。{until} 前有效；本人登录后须先设置自己的密码。", "Shown this once: tell the person face to face or by telephone. Good until {until}; whoever signs in with it chooses a password first."],
  first_password_sure: ["为「{name}」生成新的初始密码？原密码和所有登录立即失效；双因素不变。", "Make a new first password for “{name}”? The present password and every session end at once; the second factor stays."],
  first_password_until: ["初始密码至 {until}", "First password until {until}"], first_password_over: ["初始密码已过期", "First password expired"], no_password: ["在用 · 无密码", "Active · no password"], copy: ["复制", "Copy"], copied: ["已复制", "Copied"], expired: ["已过期", "Expired"], expiring: ["{n} 天后到期", "Ends in {n} days"], missing: ["未登记", "Not recorded"], phones: ["设备", "Phones"],
  end_sessions: ["退出其全部登录…", "End all sessions…"], end_sessions_sure: ["退出「{name}」在所有浏览器和程序上的登录？账号和双因素不变，本人可重新登录；外访手机不受影响。", "End every session of “{name}”, in browsers and programs? Account and second factor stay; the person may sign in again. Phones are not touched."], sessions_ended: ["已全部退出", "All sessions ended"],
  all: ["全部", "All"], soon: ["30 天内到期或已过期", "Expired or within 30 days"], close_ask: ["停用后此人立即退出所有设备，名下手机仍可上交未传数据。", "All sessions end at once; phones may still hand in what they hold."],
});
