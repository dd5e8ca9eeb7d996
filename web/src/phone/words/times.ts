// Days and hours as Chinese users write them, in Asia/Shanghai whatever the phone is set to.

import { day, ZONE } from "./moments";
import { language } from "./t";

export { day, hourOf, moment } from "./moments";

/** Return a day (YYYY-MM-DD) in words: 2026年12月2日(周三). */
export function dayWords(on: string): string {
  const at = new Date(`${on}T12:00:00+08:00`);
  const locale = language.value === "zh" ? "zh-CN" : "en-GB";
  const date = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeZone: ZONE }).format(at);
  return `${date}${language.value === "zh" ? "" : " "}(${new Intl.DateTimeFormat(locale, { weekday: "short", timeZone: ZONE }).format(at)})`;
}

/** Return a day so many days after another, YYYY-MM-DD. */
export const daysAfter = (on: string, days: number): string => day(new Date(Date.parse(`${on}T12:00:00+08:00`) + days * 86_400_000));

/** Return the day of the week of a day: 0 for Sunday to 6. */
export const weekday = (on: string): number => new Date(`${on}T12:00:00Z`).getUTCDay();

/** Return the agreed windows that hold on a day: 09:00–11:30 14:00–16:00. */
export const windowWords = (windows: { on: string | null; from: string; until: string }[], on: string | null): string =>
  windows.filter((one) => one.on === null || on === null || one.on === on).map((one) => `${one.from}–${one.until}`).join(" ");
