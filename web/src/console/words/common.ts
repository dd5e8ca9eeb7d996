// Words that every desk uses.

import { words } from "./t";

export const COMMON = {
  product: ["外访通", "Doorstep"],
  search: ["搜索", "Search"], search_hint: ["案号、姓名、页面…", "Case, name, page…"],
  search_none: ["没有找到。试试案号或姓名。", "Nothing found. Try a case number or a name."],
  password_owed: ["请先设置自己的密码", "First, a password of your own"], password_owed_what: ["您用的是管理员给的初始密码。设置自己的密码前不能使用其他功能。", "You signed in with the first password that an administrator gave you. Nothing else is open until you choose your own."],
  factor_owed: ["请先启用双因素登录", "First, a second factor"], factor_owed_what: ["您的岗位须用双因素登录。设置完成前不能使用其他功能；手机验证器约需一分钟。", "Your role signs in with a second factor. Nothing else is open until it is set up, which takes about a minute with an app on your phone."],
  sign_in: ["登录", "Sign in"], sign_out: ["退出", "Sign out"], username: ["用户名", "User name"], password: ["密码", "Password"],
  otp: ["验证码", "Code"], otp_hint: ["手机验证器上的六位数字；手机不在身边时填写一个恢复码。", "The six digits of your app; without the phone, one of your recovery codes."],
  prove_title: ["请确认是您本人", "Prove that it is you"], prove: ["这项决定需要用通行密钥确认。请准备好指纹、人脸、PIN 或安全密钥。", "This decision has to be proved with your passkey: have your finger, face, PIN or key ready."], prove_now: ["使用通行密钥", "Use the passkey"], passkeys_unknown: ["这个浏览器不支持通行密钥，请换用新版浏览器。", "This browser knows no passkeys: use a newer one."],
  session_idle: ["长时间未操作，登录已过期，请重新登录。页面上未保存的内容都还在。", "You were away for a while and your session has ended: sign in again. Nothing on the page is lost."],
  session_over: ["登录已过期，请重新登录。页面上未保存的内容都还在。", "Your session has ended: sign in again. Nothing on the page is lost."],
  agents_use_phones: ["外访员请在手机上打开 /m/", "Field agents work on the phone: open /m/"],
  menu: ["菜单", "Menu"], skip: ["跳到正文", "Skip to the content"], jobs: ["后台任务", "Jobs"], jobs_none: ["没有进行中的任务。排程、导入、卷宗等耗时工作会显示在这里。", "No jobs. Planning, imports and dossiers show here while they run."],
  inbox: ["待办", "Inbox"], inbox_none: ["没有待办。等您审核的名单和方案、等您同意的数据导出、待答复的请求和投诉、需要您决定的事项会列在这里。", "Nothing waits. Lists and schemes to review, exports to agree to, requests and complaints to answer, and what you decide stand here."], inbox_since: ["最早的一项：{ago}", "The oldest: {ago}"],
  language: ["English", "中文"], theme: ["深色/浅色", "Dark/light"], help: ["帮助", "Help"],
  save: ["保存", "Save"], cancel: ["取消", "Cancel"], close: ["关闭", "Close"], ok: ["确定", "OK"], back: ["返回", "Back"], undo: ["撤销", "Undo"],
  open: ["打开", "Open"], refresh: ["刷新", "Refresh"], retry: ["重试", "Try again"], download: ["下载", "Download"], print: ["打印", "Print"],
  more: ["更多", "More"], all: ["全部", "All"], none: ["无", "None"], yes: ["是", "Yes"], no: ["否", "No"], total: ["共 {n} 条", "{n} in all"],
  previous: ["上一页", "Previous"], next: ["下一页", "Next"], page: ["第 {n} 页", "Page {n}"], nothing_matches: ["没有符合筛选条件的记录", "Nothing matches these filters"], filters_clear: ["清除筛选", "Clear filters"],
  reason: ["理由", "Reason"], reason_needed: ["请写明理由", "Say why"], done: ["已完成", "Done"], saved: ["已保存", "Saved"],
  export_csv: ["导出 CSV", "Export CSV"], export_xlsx: ["导出 Excel", "Export Excel"], columns: ["列", "Columns"],
  export: ["导出", "Export"], exporting: ["导出中 {n}", "Exporting {n}"], selected: ["已选 {n} 条", "{n} selected"], selection_clear: ["取消选择", "Clear selection"],
  views: ["常用视图", "Saved views"], view_save: ["保存当前筛选为视图…", "Save this view…"], view_name: ["视图名称", "Name of the view"], view_drop: ["删除视图「{name}」", "Delete view “{name}”"], view_dropped: ["已删除视图「{name}」", "View “{name}” deleted"], name_needed: ["请填写名称", "Give a name"],
  field: ["项目", "Field"], before: ["原值", "Before"], mine: ["我的", "Mine"], theirs: ["对方的", "Theirs"],
  take_theirs: ["全部采用对方的", "Take all of theirs"], save_chosen: ["按所选保存", "Save what is chosen"], keep_editing: ["继续编辑", "Keep editing"], nothing_differs: ["对方的改动与您的内容没有冲突，可以直接保存。", "Their change touches nothing of yours: you may save."],
  guide_none: ["这个岗位的使用手册还没有写好。", "The guide of this role is not written yet."],
  not_found: ["没有这个页面", "There is no such page"], no_right: ["您的岗位无权查看", "Your role may not see this"],
  no_such: ["没有这个地址，请从左侧菜单进入", "There is nothing at this address; go by the menu"],
  offline: ["网络不通，没有收到保存结果：所填内容还在，请稍后再试", "No network, and no word that it was saved: what you typed is still here, try again"], unreachable: ["网络不通，没有读到内容，请稍后再试", "No network: nothing could be read, try again"],
  changed_meanwhile: ["内容已被他人修改，以下为差异。请核对后再保存。", "Somebody changed this meanwhile. Look at the difference, then save again."],
  loading: ["正在载入…", "Loading…"], running: ["进行中", "Running"], failed: ["失败", "Failed"], cancelled: ["已取消", "Cancelled"], queued: ["排队中", "Queued"],
  unknown_fault: ["出错了", "Something went wrong"], request_id: ["请求编号 {id}", "Request {id}"],
} as const;

export const common = words(COMMON);
