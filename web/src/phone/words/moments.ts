// Days and hours of moments, in Asia/Shanghai whatever the phone is set to. Pure.

export const ZONE = "Asia/Shanghai";

/** Return the day of a moment, YYYY-MM-DD. */
export const day = (at: Date): string => new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeZone: ZONE }).format(at);

/** Return the hour of a moment told in RFC 3339, a dash for none. */
export function hourOf(at: string | null): string {
  return at ? new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: ZONE }).format(new Date(at)) : "—";
}

/** Return day and hour in China of a moment in RFC 3339. Before eight in the morning the day of UTC is still yesterday. */
export const moment = (at: string): string => `${day(new Date(at))} ${hourOf(at)}`;
