// What a phone senses: its clocks, its randomness, where it is. Twin of sync/phone/senses.py.

import { writeTime } from "@shared/envelope";
import { RANDOM_BYTES, uuid7 } from "@shared/ids";

/** A measured position as records write it: degrees × 10⁶ in its datum, accuracy in metres, when and by what. */
export interface Fix {
  lon_e6: number;
  lat_e6: number;
  datum: "WGS-84" | "GCJ-02" | "BD-09";
  accuracy_m: number;
  fixed_at: string;
  provider: "gnss" | "network" | "manual";
}

/** Why there is no fix. It never holds up a visit. */
export type NoFix = "denied" | "timeout" | "unavailable";

const FIX_WITHIN_MS = 20_000;
const FRESH_MS = 15_000;
const NETWORK_BEYOND_M = 150;
const boot = newId();

/** Return a fresh UUIDv7. */
export function newId(): string {
  return uuid7(Date.now(), crypto.getRandomValues(new Uint8Array(RANDOM_BYTES)));
}

/** Return the present moment as a record tells it: boot session, monotonic clock, wall clock and its offset. */
export function stamp(): { boot: string; mono_ms: number; device_time: string; tz: string } {
  const now = new Date();
  const minutes = -now.getTimezoneOffset();
  const two = (value: number) => String(Math.trunc(Math.abs(value))).padStart(2, "0");
  const tz = `${minutes < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`;
  return { boot, mono_ms: Math.trunc(performance.now()), device_time: writeTime(now), tz };
}

/** Ask where the phone is. Answers within 20 seconds, with a fix or with the reason that there is none. */
export function locate(): Promise<{ fix: Fix; no_fix_reason: "" } | { fix: null; no_fix_reason: NoFix }> {
  const without = (reason: NoFix) => ({ fix: null, no_fix_reason: reason }) as const;
  const source = navigator.geolocation;
  if (!source) return Promise.resolve(without("unavailable"));
  return new Promise((settle) => {
    const late = setTimeout(() => settle(without("timeout")), FIX_WITHIN_MS + 500);
    const reasons = { 1: "denied", 2: "unavailable", 3: "timeout" } as const;
    source.getCurrentPosition(
      (at) => (clearTimeout(late), settle({ fix: fixOf(at), no_fix_reason: "" })),
      (fault) => (clearTimeout(late), settle(without(reasons[fault.code as 1 | 2 | 3] ?? "unavailable"))),
      { enableHighAccuracy: true, timeout: FIX_WITHIN_MS, maximumAge: FRESH_MS },
    );
  });
}

function fixOf({ coords, timestamp }: GeolocationPosition): Fix {
  const accuracy_m = Math.min(Math.ceil(coords.accuracy), 1_000_000);
  return {
    lon_e6: Math.round(coords.longitude * 1e6),
    lat_e6: Math.round(coords.latitude * 1e6),
    datum: "WGS-84",
    accuracy_m,
    fixed_at: writeTime(new Date(timestamp)),
    provider: accuracy_m > NETWORK_BEYOND_M ? "network" : "gnss",
  };
}
