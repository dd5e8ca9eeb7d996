// Days and hours as Chinese users write them, in Asia/Shanghai whatever the phone is set to.

import { language } from "./t";

const ZONE = "Asia/Shanghai";

/** Return the day of a moment, YYYY-MM-DD. */
export const day = (at: Date): string => new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeZone: ZONE }).format(at);

/** Return a day (YYYY-MM-DD) in words: 2026年12月2日(周三). */
export function dayWords(on: string): string {
  const at = new Date(`${on}T12:00:00+08:00`);
  const locale = language.value === "zh" ? "zh-CN" : "en-GB";
  const date = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeZone: ZONE }).format(at);
  return `${date}(${new Intl.DateTimeFormat(locale, { weekday: "short", timeZone: ZONE }).format(at)})`;
}

/** Return the hour of a moment told in RFC 3339, a dash for none. */
export function hourOf(at: string | null): string {
  return at ? new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: ZONE }).format(new Date(at)) : "—";
}

/** Return a day so many days after another, YYYY-MM-DD. */
export const daysAfter = (on: string, days: number): string => day(new Date(Date.parse(`${on}T12:00:00+08:00`) + days * 86_400_000));
