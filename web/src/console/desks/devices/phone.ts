// How a phone stands, in words: its clock, its plans, and whether somebody has to look after it.

import type { Schemas } from "../../api/client";
import { span } from "../../words/format";
import { t } from "./words";

interface Chain { state: string; missing_from: number | null; since: string | null; is_alert: boolean }
interface PlanOnPhone { scheme_id: string; scheme_serial: string; dispatched: number | null; held: number | null; is_old: boolean }
export type Phone = Omit<Schemas["devices.PhoneOut"], "chain" | "plans"> & { chain?: Chain; plans?: PlanOnPhone[] };

const CLOCK_DOUBT_MS = 120_000;

/** Return by how much the phone's clock is off; the server tells its own time minus the phone's. */
export function clockOf(offsetMs: number | null | undefined): string {
  if (offsetMs == null) return "—";
  if (Math.abs(offsetMs) < 1_000) return t("exact");
  const seconds = Math.abs(offsetMs) / 1_000;
  const told = seconds < 60 ? t("seconds", { n: Math.round(seconds) }) : span(seconds);
  return t(offsetMs > 0 ? "slow" : "fast", { span: told });
}

export const isClockOff = (phone: Phone): boolean => Math.abs(phone.clock_offset_ms ?? 0) > CLOCK_DOUBT_MS;

/** Tell whether somebody has to look after the phone. */
export const needsCare = (phone: Phone): boolean =>
  phone.state === "active" && Boolean(phone.is_silent || phone.chain?.is_alert || phone.plans?.some((one) => one.is_old));

/** Return the plans on the phone against what was sent out. */
export const plansOf = (phone: Phone) => (phone.plans ?? []).map((one) => ({
  id: one.scheme_id!, serial: one.scheme_serial ?? "", isOld: Boolean(one.is_old),
  text: !one.is_old ? t("plan_same", { held: one.held ?? "—" }) : one.held == null ? t("plan_none", { sent: one.dispatched ?? "" }) : t("plan_old", { held: one.held, sent: one.dispatched ?? "" }),
}));
