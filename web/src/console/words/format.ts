// Dates, times and amounts as Chinese office staff write them; all times are shown in China's one time zone.

import { yuan as plainYuan } from "@shared/amounts";
import { language } from "./t";

const ZONE = "Asia/Shanghai";

/** Return ¥ with thousands separators of an amount in fen, a dash for none. */
export const yuan = (fen: number | null | undefined): string => (fen == null ? "—" : `¥${plainYuan(fen)}`);

/** Return a day with its weekday: 2026年11月24日(周二), or 24 Nov 2026 (Tue). Takes ISO dates and instants. */
export function day(iso: string | null | undefined): string {
  if (!iso) return "—";
  const at = new Date(iso.length === 10 ? `${iso}T00:00:00+08:00` : iso);
  const part = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(tag(), { timeZone: ZONE, ...options }).format(at);
  const date = part({ year: "numeric", month: language.value === "zh" ? "long" : "short", day: "numeric" });
  return language.value === "zh" ? `${date}(${part({ weekday: "short" })})` : `${date} (${part({ weekday: "short" })})`;
}

/** Return a month: 2027年1月, or Jan 2027. Takes 2027-01. */
export const month = (iso: string): string =>
  new Intl.DateTimeFormat(tag(), { timeZone: ZONE, year: "numeric", month: language.value === "zh" ? "long" : "short" }).format(new Date(`${iso}-01T00:00:00+08:00`));

/** Return hours and minutes of an instant. */
export const clockTime = (iso: string | null | undefined): string =>
  iso ? new Intl.DateTimeFormat("zh-CN", { timeZone: ZONE, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date(iso)) : "—";

/** Return an instant as day and time. */
export const moment = (iso: string | null | undefined): string => (iso ? `${day(iso)} ${clockTime(iso)}` : "—");

/** Return an instant short, for tables: 11-24 09:30. */
export function brief(iso: string | null | undefined): string {
  if (!iso) return "—";
  const at = new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE, dateStyle: "short", timeStyle: "short" }).format(new Date(iso));
  return at.slice(5);
}

/** Return today in China as an ISO date. */
export const today = (): string => new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE }).format(new Date());

/** Return how many days of the calendar in China lie between an instant and today. */
export const daysSince = (iso: string | null | undefined): number =>
  iso ? Math.round((Date.parse(today()) - Date.parse(new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE }).format(new Date(iso)))) / 86_400_000) : 0;

/** Return a number with separators and at most some decimals. */
export const number = (value: number | null | undefined, decimals = 0): string =>
  value == null ? "—" : new Intl.NumberFormat("zh-CN", { maximumFractionDigits: decimals }).format(value);

/** Return a share as per cent. */
export const percent = (share: number | null | undefined): string => (share == null ? "—" : `${number(share * 100, 1)} %`);

/** Return metres as kilometres. */
export const km = (metres: number | null | undefined): string => (metres == null ? "—" : `${number(metres / 1000, 1)} km`);

/** Return seconds as hours and minutes. */
export function span(seconds: number | null | undefined): string {
  if (seconds == null) return "—";
  const minutes = Math.round(seconds / 60);
  const [h, m] = [Math.trunc(minutes / 60), minutes % 60];
  return language.value === "zh" ? (h ? `${h} 小时 ${m} 分` : `${m} 分`) : h ? `${h} h ${m} min` : `${m} min`;
}

const tag = () => (language.value === "zh" ? "zh-CN" : "en-GB");
