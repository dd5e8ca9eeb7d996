// What a row of the audit log is about and what it tells, in words: codes are named, ids and hashes cut to their ends.

import { day, moment, yuan } from "../../words/format";
import { ROLES } from "../../words/roles";
import { CASE_STATES } from "../../words/states";
import { GATES } from "../../words/gates";
import page from "../../../../../docs/problems.md?raw";
import { language, said, wordOf, type Words } from "../../words/t";
import { SCHEME_STATES } from "../approvals/words";
import { CALL_RESULTS, PAPERS, PRECISIONS, PROMISE_STATES, RISKS, STOP_KINDS } from "../cases/words";
import { CHANNELS, FINDINGS } from "../compliance/words";
import { OPINIONS, PROPOSALS } from "../decisions/words";
import { DEVICE_STATES } from "../devices/words";
import { COLUMNS, KINDS as EXPORTS } from "../exports/words";
import { FILINGS, STEPS } from "../legal/words";
import { LIST_STATES } from "../lists/words";
import { ANSWERS, GROUNDS } from "../privacy/words";
import { VISIT_STATES } from "../visits/words";

export const SUBJECTS = {
  person: ["人员", "Person"], case: ["案件", "Case"], scheme: ["方案", "Scheme"], paper: ["单据", "Paper"], export: ["导出", "Export"], visit_list: ["名单", "List"], device: ["设备", "Phone"], creditor: ["委托方", "Creditor"], complaint: ["投诉", "Complaint"], address: ["地址", "Address"],
  import: ["导入", "Import"], template: ["单据文本", "Text"], data_request: ["个人信息请求", "Data request"], deletion: ["删除", "Deletion"], quarantine: ["隔离记录", "Quarantined record"], escalation: ["提议", "Proposal"], filing: ["立案", "Filing"], delegation: ["授权", "Delegation"], visit: ["外访", "Visit"], form: ["表单", "Form"],
  backup: ["备份", "Backup"], epoch: ["同步纪元", "Sync epoch"], key: ["密钥", "Key"], file: ["照片或录音", "File"], alert: ["警报", "Alarm"], job: ["任务", "Job"], list: ["列表", "List"], dossier: ["卷宗", "Dossier"], "dossier-job": ["卷宗任务", "Dossier job"],
} satisfies Words;

export const FACTS = {
  address: ["网络地址（化名）", "address (a pseudonym)"], session: ["会话", "session"], times: ["次数", "times"], tokens: ["令牌数", "tokens"], refused_as: ["拒绝原因", "refused as"], view: ["调用", "call"],
  accepted: ["通过", "accepted"], active_on: ["启用日", "in force from"], added: ["增加", "added"], alg: ["签名算法", "algorithm"], answer: ["答复", "answer"], awaiting_decision: ["待决策", "awaiting a decision"], blocking: ["阻止", "blocking"], bytes: ["字节", "bytes"], case: ["案件", "case"], case_state: ["案件状态", "case state"], cases: ["案件数", "cases"],
  certificate: ["证明", "certificate"], changes: ["变化", "changes"], channel: ["渠道", "channel"], columns: ["列数", "columns"], creditor_id: ["委托方", "creditor"], datum: ["坐标系", "datum"], decision: ["决定", "decision"], delegation: ["授权", "delegation"], device: ["设备", "phone"], digest: ["指纹", "fingerprint"], done: ["处置", "done"], dropped: ["移出", "dropped"], due_on: ["期限", "due"],
  escalation: ["提议", "proposal"], fields: ["栏目", "fields"], file_sha256: ["文件指纹", "file"], files: ["文件数", "files"], finding: ["结论", "finding"], flag: ["标记", "flag"], format: ["格式", "format"], from_on: ["自", "from"], from_seq: ["自第", "from number"], gate: ["检查点", "gate"], geocoder: ["定位来源", "geocoder"], grade: ["可信度", "grade"], ground: ["理由", "ground"],
  happened_on: ["发生日", "happened on"], hold: ["保全", "hold"], holder: ["受托人", "holder"], job: ["任务", "job"], kept: ["收入", "kept"], kind: ["种类", "kind"], left_out: ["未访", "left out"], limits: ["附条件", "with limits"], lines: ["户数", "lines"], made_at: ["制作时间", "made"], missing: ["缺项", "missing"], most_cost_fen: ["费用上限", "ceiling"], needs_second: ["须另一人同意", "needs a second"],
  now: ["现为", "now"], opinion: ["意见", "opinion"], pack: ["规则包", "pack"], packs: ["日包", "packs"], paper: ["单据", "paper"], papers: ["单据数", "papers"], passkey: ["通行密钥", "passkey"], plan_version: ["排程版本", "plan version"], pointers: ["改动处", "changed at"], precision: ["精度", "precision"], promise: ["承诺", "promise"], proposal: ["提议", "proposal"], reason: ["理由", "reason"], reasons: ["理由", "reasons"], record: ["记录", "record"],
  result: ["结果", "result"], risk_level: ["风险", "risk"], roles: ["岗位", "roles"], routes: ["路线", "routes"], row: ["记录", "row"], rows: ["行数", "rows"], rule: ["规则", "rule"], rules: ["规则", "rules"], scheme: ["方案", "scheme"], seal: ["封存指纹", "seal"], seq: ["序号", "number"], serial: ["编号", "serial"], served: ["排入", "served"], set_aside: ["搁置", "set aside"], sha256: ["指纹", "SHA-256"], state: ["状态", "state"], step: ["步骤", "step"], stops: ["户数", "stops"], taken_back: ["收回", "taken back"],
  until_on: ["至", "until"], valid_until: ["有效至", "valid until"], values: ["重写", "values"], verdict: ["判定", "verdict"], verified: ["已验证", "verified"], version: ["版本", "version"], visit: ["外访", "visit"], warnings: ["提示", "warnings"], was: ["原为", "was"], withheld: ["暂缓", "withheld"],
} satisfies Words;

const VALUES: Record<string, Words> = {
  state: { ...DEVICE_STATES, ...LIST_STATES, ...VISIT_STATES, ...SCHEME_STATES }, now: PROMISE_STATES, was: PROMISE_STATES, case_state: CASE_STATES, kind: { ...PAPERS, ...EXPORTS, ...STOP_KINDS, ...FILINGS }, gate: GATES, channel: CHANNELS, finding: FINDINGS,
  decision: { ...PROPOSALS, approve: ["同意", "approved"], return: ["退回", "sent back"] }, proposal: PROPOSALS, opinion: OPINIONS, risk_level: RISKS, precision: PRECISIONS, result: CALL_RESULTS, roles: ROLES, step: STEPS, answer: ANSWERS, ground: GROUNDS,
  fields: { ...COLUMNS, addresses: ["地址", "addresses"], roles: ["岗位", "roles"], is_active: ["账号状态", "account state"], qualified_until: ["资质有效期", "qualified until"], languages: ["语言", "languages"], creditor_ids: ["可见委托方", "creditors"] },
  warnings: {
    limitation_unknown: ["时效起算日不明", "limitation unknown"], limitation_expired: ["时效已届满", "limitation has run out"], limitation_running_out: ["时效临近", "limitation running out"], signed_demand_or_agreement: ["缺签署的催告或承诺", "no signed demand or agreement"],
    ...Object.fromEntries(Object.entries(STOP_KINDS).map(([kind, [zh, en]]) => [`stop_flag_${kind}`, [`停访标志：${zh}`, `stop: ${en}`] as const])),
  },
  refused_as: Object.fromEntries([...page.matchAll(/^- `([\w-]+)`.*?中文：(.*)$/gm)].map(([, slug, zh]) => [slug!, [zh!.replace(/。$/, ""), slug!] as const])),
  changes: { created: ["新建", "created"], updated: ["更新", "updated"], unchanged: ["未变", "unchanged"] },
};
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const HASH = /^[0-9a-f]{40,}$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const PAGES: Record<string, (id: string) => string> = {
  case: (id) => `/cases/${id}`, scheme: (id) => `/schemes/${id}`, visit: (id) => `/visits/${id}`, device: (id) => `/devices/${id}`, escalation: (id) => `/decisions/${id}`, complaint: (id) => `/complaints/${id}`, export: (id) => `/exports/${id}`, data_request: (id) => `/privacy/requests/${id}`,
};

/** Return what a row is about in words, and its page where it has one. `names`: person id → name. */
export function about(subject: string, names: ReadonlyMap<string, string>): { text: string; to: string } {
  const [kind = "", ...rest] = subject.split(":");
  const id = rest.join(":");
  return { text: `${wordOf(SUBJECTS, kind)} ${names.get(id) ?? short(id)}`, to: PAGES[kind]?.(id) ?? "" };
}

/** Return the facts of a row as 名称：值, those that say nothing left out. */
export function told(facts: unknown, names: ReadonlyMap<string, string>): string {
  const worth = Object.entries((facts ?? {}) as Record<string, unknown>).filter(([name, value]) => value !== null && value !== false && value !== "" && !(Array.isArray(value) && !value.length) && name !== "view"); // the call's name is in the row's details
  return worth.map(([name, value]) => `${wordOf(FACTS, name)}${language.value === "zh" ? "：" : ": "}${valueOf(name, value, names)}`).join(" · ");
}

/** Return one fact's value in words. `names`: person id → name. */
export function valueOf(name: string, value: unknown, names: ReadonlyMap<string, string> = new Map()): string {
  if (value === true) return said(["是", "yes"]);
  if (name.endsWith("_fen") && typeof value === "number") return yuan(value);
  if (Array.isArray(value)) return value.map((one) => valueOf(name, one, names)).join("、");
  if (typeof value === "object") return Object.entries(value as object).map(([key, one]) => `${wordOf(VALUES[name] ?? {}, key)} ${valueOf(name, one, names)}`).join("、");
  const text = String(value);
  if (VALUES[name]?.[text]) return wordOf(VALUES[name]!, text);
  if (DAY.test(text)) return day(text);
  return name.endsWith("_at") ? moment(text) : (names.get(text) ?? short(text));
}
const short = (text: string): string => (UUID.test(text) ? `…${text.slice(-8)}` : HASH.test(text) ? `${text.slice(0, 12)}…` : text);
