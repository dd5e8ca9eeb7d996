// Where the phone is: samples with accuracy, age, provider and datum. Nothing ever waits for a position to go on,
// and a position that could not be had is told with its reason. Source: docs/records.md, "Fix".

import { writeTime } from "@shared/envelope";

/** A measured position as records write it: degrees × 10⁶ in its datum. */
export interface Fix {
  lon_e6: number;
  lat_e6: number;
  datum: "WGS-84" | "GCJ-02" | "BD-09";
  accuracy_m: number;
  fixed_at: string;
  provider: "gnss" | "network" | "manual";
}

export type NoFixReason = "denied" | "timeout" | "unavailable";

/** What a look at the sky gave: a fix, or why there is none. gpsTime is the satellites' time in ms, when told. */
export type Located = { fix: Fix; no_fix_reason: ""; gpsTime?: number } | { fix: null; no_fix_reason: NoFixReason };

const TIMEOUT_MS = 20_000;
const GNSS_WITHIN_M = 50;
const CODES: Record<number, NoFixReason> = { 1: "denied", 2: "unavailable", 3: "timeout" };

/**
 * Return the best position of up to 20 seconds: at once when it is accurate to 50 m, else the best seen until then.
 * datum is what this phone's browser was found to give: most give WGS-84, some in China GCJ-02.
 */
export function locate(datum: Fix["datum"] = "WGS-84", timeoutMs = TIMEOUT_MS): Promise<Located> {
  const { geolocation } = navigator;
  if (!geolocation) return Promise.resolve({ fix: null, no_fix_reason: "unavailable" });
  return new Promise((done) => {
    let best: GeolocationPosition | undefined;
    let reason: NoFixReason = "timeout";
    const end = () => {
      clearTimeout(timer);
      geolocation.clearWatch(watching);
      done(best ? located(best, datum) : { fix: null, no_fix_reason: reason });
    };
    const timer = setTimeout(end, timeoutMs);
    const watching = geolocation.watchPosition(
      (seen) => {
        if (!best || seen.coords.accuracy < best.coords.accuracy) best = seen;
        if (best.coords.accuracy <= GNSS_WITHIN_M) end();
      },
      (fault) => {
        reason = CODES[fault.code] ?? "unavailable";
        if (reason === "denied") end();
      },
      { enableHighAccuracy: true, maximumAge: 0, timeout: timeoutMs },
    );
  });
}

/** Return metres between two points in degrees of one datum (haversine, sphere of 6,371 km). */
export function distanceM(a: { lon: number; lat: number }, b: { lon: number; lat: number }): number {
  const rad = Math.PI / 180;
  const [dLat, dLon] = [(b.lat - a.lat) * rad, (b.lon - a.lon) * rad];
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin(dLon / 2) ** 2;
  return 2 * 6_371_000 * Math.asin(Math.sqrt(h));
}

/** The browser does not say what measured: what is accurate to 50 m is taken for satellites. */
function located({ coords, timestamp }: GeolocationPosition, datum: Fix["datum"]): Located {
  const provider = coords.accuracy <= GNSS_WITHIN_M ? "gnss" : "network";
  const fix: Fix = {
    lon_e6: Math.round(coords.longitude * 1e6), lat_e6: Math.round(coords.latitude * 1e6), datum,
    accuracy_m: Math.round(coords.accuracy), fixed_at: writeTime(timestamp), provider,
  };
  return provider === "gnss" ? { fix, no_fix_reason: "", gpsTime: timestamp } : { fix, no_fix_reason: "" };
}
