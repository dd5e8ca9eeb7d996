// What is wrong with one field of what was sent, in the reader's language: the server's checks speak one of the two.

import type { Language } from "../words/t";
import known from "./field_faults.json";

export interface FieldFault { pointer?: string; detail?: string }

const FAULTS = (known as [string, string, string][]).map(([found, zh, en]) => [new RegExp(`^(?:${found})$`), zh, en] as const);
const FIELDS: Record<string, readonly [zh: string, en: string]> = {
  name: ["姓名（名称）", "name"], title: ["名称", "title"], username: ["用户名", "user name"], password: ["密码", "password"], staff_no: ["工号", "staff number"], roles: ["岗位", "roles"], qualified_until: ["资质有效期", "qualified until"], reason: ["理由", "reason"], reasons: ["理由", "reasons"], note: ["备注", "note"], text: ["内容", "text"],
  dates: ["日期", "dates"], crews: ["小组", "crews"], members: ["组员", "members"], start: ["出发地", "start"], shift_from: ["上班时间", "shift from"], shift_until: ["下班时间", "shift until"], vehicle: ["车辆", "vehicle"], vehicles: ["车辆", "vehicles"], plate: ["车牌", "plate"], materials: ["材料", "materials"], area: ["区域", "area"], risk_notes: ["安全提示", "safety note"],
  from: ["开始", "from"], until: ["结束", "until"], min: ["分钟", "minutes"], from_on: ["起", "from"], until_on: ["止", "until"], most_cost_fen: ["费用上限", "ceiling"], holder_id: ["受权人", "holder"], authority: ["法院或公安机关", "authority"], proof: ["凭证", "proof"], happened_on: ["发生日", "day"], step: ["步骤", "step"],
  contact: ["联系方式", "contact"], answer: ["答复", "answer"], finding: ["认定", "finding"], case_id: ["案件", "case"], lines: ["名单行", "lines"], payee_account: ["收款账户", "payee account"], commission_no: ["委托协议编号", "commission number"], latest: ["最晚时刻", "latest"], limits: ["限制", "limits"], minutes: ["分钟", "minutes"],
};

/** Return a fault of one field as a person reads it: 名称：不能为空. */
export function tellField({ pointer = "", detail = "" }: FieldFault, language: Language): string {
  const at = language === "zh" ? 0 : 1;
  const found = FAULTS.find(([pattern]) => pattern.test(detail));
  const said = found ? detail.replace(found[0], found[at + 1] as string) : detail;
  const parts = pointer.split("/").filter(Boolean);
  const names = parts.map((part) => FIELDS[part]?.[at] ?? (/^\d+$/.test(part) ? `${Number(part) + 1}` : part));
  return names.length ? `${names.join(" ")}${at ? ": " : "："}${said}` : said;
}
