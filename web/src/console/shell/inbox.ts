// What waits for whoever is signed in (待办): asked of the server now, each minute the page is looked at, and after each step.

import { computed, ref } from "vue";
import { api, take } from "../api/client";
import { session } from "./session";
import type { Words } from "../words/t";

export interface Waits { kind: string; count: number; since: string }

/** Where each kind is dealt with, and the desk whose menu entry carries its number. */
export const PLACES: Record<string, { to: string; desk: string }> = {
  alarm: { to: "/board", desk: "/board" },
  export: { to: "/exports?for_me=true", desk: "/exports" },
  export_answered: { to: "/exports", desk: "/exports" },
  breach_notice: { to: "/devices?lost=1", desk: "/devices" },
  complaint: { to: "/complaints?state=open", desk: "/complaints" },
  data_request: { to: "/privacy?open=true", desk: "/privacy" },
  deletion: { to: "/privacy/deletions?open=true", desk: "/privacy" },
  opinion: { to: "/decisions?list=proposed", desk: "/legal" },
  decision: { to: "/decisions", desk: "/decisions" },
  visit_list: { to: "/list-review", desk: "/schemes" },
  scheme_review: { to: "/schemes?state=submitted", desk: "/schemes" },
  scheme_sign_off: { to: "/approvals", desk: "/approvals" },
};
export const KINDS = {
  alarm: ["安全警报", "Safety alarms"], export: ["待我同意的数据导出", "Exports waiting for my agreement"], export_answered: ["我申请的导出已有结果", "Exports of mine that were decided"],
  breach_notice: ["已挂失的手机，尚未生成泄露通知", "Lost phones without a breach notice"], complaint: ["待答复的投诉", "Complaints to answer"], data_request: ["待答复的个人信息请求", "Requests about personal data to answer"],
  deletion: ["待执行的个人信息删除", "Deletions to carry out"], opinion: ["待法务意见", "Cases waiting for legal's opinion"], decision: ["待决策的案件", "Cases waiting for a decision"],
  visit_list: ["待审核的名单", "Lists to review"], scheme_review: ["待复核的方案", "Schemes to review"], scheme_sign_off: ["待签批的方案", "Schemes to sign off"],
} satisfies Words;

const EVERY_MS = 60_000;
const OFFICE = ["specialist", "supervisor", "manager", "legal", "compliance", "auditor"] as const;

/** Null until the server was asked once. */
export const inbox = ref<Waits[] | null>(null);
export const inboxOpen = ref(false);
export const waitingInAll = computed(() => inbox.value?.reduce((sum, one) => sum + one.count, 0) ?? 0);

/** Return how much waits at a desk. */
export const waitingAt = (desk: string | undefined): number =>
  inbox.value?.filter((one) => PLACES[one.kind]?.desk === desk).reduce((sum, one) => sum + one.count, 0) ?? 0;

/** Ask anew; a failure keeps what is known, as the next minute asks again. */
export async function lookIntoInbox(): Promise<void> {
  if (session.state.value !== "in" || !session.has(...OFFICE)) return;
  const found = await take(api.GET("/v1/inbox")).catch(() => null);
  if (found) inbox.value = (found.items ?? []) as Waits[];
}

setInterval(() => { if (!document.hidden) void lookIntoInbox(); }, EVERY_MS);
