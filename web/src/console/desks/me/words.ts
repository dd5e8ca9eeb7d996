// Words of the account's page.

import { words } from "../../words/t";

export const t = words({
  title: ["我的账号", "My account"],
  staff_no: ["工号", "Staff number"], roles: ["岗位", "Roles"], creditors: ["委托方", "Creditors"],
  password_change: ["修改密码", "Change the password"], password_present: ["现密码", "Present password"], password_new: ["新密码", "New password"], password_twice: ["再输一次新密码", "The new password again"], password_differs: ["两次输入不一致", "The two differ"], password_changed: ["密码已修改，其他登录已全部退出", "The password is changed; every other session has ended"],
  password_what: ["修改后，您在其他浏览器和设备上的登录会全部退出。", "Everywhere else you are signed in, you will be signed out."],
  password_hint: ["至少 10 位。几个不相干的词连在一起，好记又难猜；常见或已泄露的密码不能使用。", "At least 10 characters. Several words that do not belong together are easy to keep and hard to guess; common and leaked passwords are refused."],
  factor: ["双因素登录", "Second factor"],
  factor_what: ["启用后，登录时除密码外还须输入手机验证器（如微信小程序验证器、Microsoft Authenticator、FreeOTP）上的六位验证码。", "Signing in then takes, besides the password, the six digits of an app on your phone (FreeOTP, Microsoft Authenticator and the like)."],
  is_on: ["已启用，自 {since}", "On since {since}"], is_off: ["未启用", "Off"], codes_left: ["剩余恢复码 {n} 个", "{n} recovery codes left"],
  few_left: ["恢复码快用完了：请停用后重新设置，以取得新的恢复码。", "Few recovery codes are left: turn it off and set it up again to get new ones."],
  set_up: ["设置双因素登录", "Set up the second factor"], turn_off: ["停用双因素登录", "Turn the second factor off"],
  password_again: ["请再次输入登录密码", "Your password again"],
  scan: ["用验证器扫描二维码；不能扫描时手工输入密钥。", "Scan this with the app; if you cannot, type the secret in."], secret: ["密钥", "Secret"],
  first_code: ["验证器显示的六位数字", "The six digits the app shows"], confirm: ["确认启用", "Turn it on"],
  recovery: ["恢复码", "Recovery codes"],
  recovery_what: ["手机丢失时用恢复码登录，每个只能用一次。恢复码只显示这一次：请打印或保存在手机以外的地方。", "With these you sign in when the phone is lost; each works once. They are shown only now: print them or keep them somewhere else than on the phone."],
  kept_them: ["我已保存恢复码", "I have kept them"], code_or_recovery: ["验证码或恢复码", "A code, or a recovery code"],
  turned_on: ["双因素登录已启用", "The second factor is on"], turned_off: ["双因素登录已停用", "The second factor is off"],
  passkeys: ["通行密钥", "Passkeys"],
  passkeys_what: ["总经理签批、升级处置决定和个人信息删除，须用通行密钥（指纹、人脸、PIN 或安全密钥）当场确认。登记后即为必须。", "Signing off, deciding escalations and deleting personal data are proved on the spot with a passkey (finger, face, PIN or a security key). Once you have one it is asked for."],
  none: ["还没有登记通行密钥。", "No passkey yet."], required: ["本机构要求：作重大决定须先登记通行密钥。", "Your firm requires one before decisions of weight."],
  one_only: ["只有一个通行密钥：建议再登记一个，以免设备丢失后无法签批。", "You have one only: register another, so that a lost device does not keep you from signing."],
  name: ["名称", "Name"], name_hint: ["例如：办公室电脑、安全密钥", "For example: office computer, blue key"], added: ["登记时间", "Added"], last_used: ["最近使用", "Last used"], never: ["从未", "Never"],
  add: ["登记通行密钥", "Add a passkey"], remove: ["删除", "Remove"], remove_sure: ["删除通行密钥「{name}」？删除后它不能再用于确认。", "Remove the passkey “{name}”? It will prove nothing any more."],
  was_added: ["通行密钥已登记", "The passkey is registered"], was_removed: ["通行密钥已删除", "The passkey is removed"],
  lost: ["手机或安全密钥丢失、恢复码也不在时，请管理员重置。", "If phone or key and the recovery codes are gone, ask an administrator to reset them."],
});
