// Where the phone is: samples with accuracy, age, provider and datum. Nothing ever waits for a position to go on,
// and a position that could not be had is told with its reason. Source: docs/records.md, "Fix".

import { shallowRef, type ShallowRef } from "vue";
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
const FRESH_MS = 15_000;
const SAME_MOMENT_MS = 2000;
const LOOK: PositionOptions = { enableHighAccuracy: true, maximumAge: 0, timeout: TIMEOUT_MS };
const CODES: Record<number, NoFixReason> = { 1: "denied", 2: "unavailable", 3: "timeout" };

/**
 * Watches the sky while a screen needs it: what was seen last is at hand at once, and nobody has to wait for it.
 * datum is what this phone's browser was found to give: most give WGS-84, some in China GCJ-02.
 */
export class Sky {
  /** The newest position in degrees, for distances on the screen. */
  readonly seen: ShallowRef<{ lon: number; lat: number } | undefined> = shallowRef();
  private watching: number | undefined;
  private watchers = 0;
  private last: GeolocationPosition | undefined;
  private lastAt = 0; // when it came, by the clock that never jumps
  private reason: NoFixReason = "timeout";
  private readonly waiting = new Set<() => void>();

  constructor(private readonly datum: Fix["datum"] = "WGS-84") {}

  /** Begin to look; several screens may. Return what ends it for the caller. */
  watch(): () => void {
    const { geolocation } = navigator;
    this.watchers += 1;
    if (!geolocation) this.reason = "unavailable";
    else this.watching ??= geolocation.watchPosition((one) => this.see(one), (fault) => this.fail(fault), LOOK);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.watchers -= 1;
      if (this.watchers || this.watching === undefined) return;
      geolocation.clearWatch(this.watching);
      this.watching = undefined;
    };
  }

  /** Return the last position with its own age, or why there is none; waits for nothing. */
  now(): Located {
    return this.last ? located(this.last, this.datum, performance.now() - this.lastAt < SAME_MOMENT_MS) : { fix: null, no_fix_reason: this.reason };
  }

  /** Return the best position of up to timeoutMs: at once when a new one is accurate to 50 m, or when `hurry` is called. */
  settle(timeoutMs = TIMEOUT_MS): Promise<Located> {
    return new Promise((done) => {
      const end = () => {
        clearTimeout(timer);
        this.waiting.delete(end);
        done(this.now());
      };
      const timer = setTimeout(end, timeoutMs);
      this.waiting.add(end);
      if (this.isSettled) end();
    });
  }

  /** End every wait with what is known by now. */
  hurry(): void {
    for (const end of [...this.waiting]) end();
  }

  private get isSettled(): boolean {
    if (!this.last) return this.reason !== "timeout";
    return this.last.coords.accuracy <= GNSS_WITHIN_M && performance.now() - this.lastAt < FRESH_MS;
  }

  private see(one: GeolocationPosition): void {
    const isOld = !this.last || performance.now() - this.lastAt > FRESH_MS;
    if (isOld || one.coords.accuracy <= this.last!.coords.accuracy) [this.last, this.lastAt] = [one, performance.now()];
    this.seen.value = { lon: one.coords.longitude, lat: one.coords.latitude };
    if (this.isSettled) this.hurry();
  }

  private fail(fault: GeolocationPositionError): void {
    this.reason = CODES[fault.code] ?? "unavailable";
    if (this.reason === "denied") this.hurry();
  }
}

/** Return the best position of up to 20 seconds: at once when it is accurate to 50 m, else the best seen until then. */
export async function locate(datum: Fix["datum"] = "WGS-84", timeoutMs = TIMEOUT_MS): Promise<Located> {
  const sky = new Sky(datum);
  const end = sky.watch();
  try {
    return await sky.settle(timeoutMs);
  } finally {
    end();
  }
}

/** Return metres between two points in degrees of one datum (haversine, sphere of 6,371 km). */
export function distanceM(a: { lon: number; lat: number }, b: { lon: number; lat: number }): number {
  const rad = Math.PI / 180;
  const [dLat, dLon] = [(b.lat - a.lat) * rad, (b.lon - a.lon) * rad];
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin(dLon / 2) ** 2;
  return 2 * 6_371_000 * Math.asin(Math.sqrt(h));
}

/** The browser does not say what measured: what is accurate to 50 m is taken for satellites. */
function located({ coords, timestamp }: GeolocationPosition, datum: Fix["datum"], isNow: boolean): Located {
  const provider = coords.accuracy <= GNSS_WITHIN_M ? "gnss" : "network";
  const fix: Fix = {
    lon_e6: Math.round(coords.longitude * 1e6), lat_e6: Math.round(coords.latitude * 1e6), datum,
    accuracy_m: Math.round(coords.accuracy), fixed_at: writeTime(timestamp), provider,
  };
  // The satellites' time is told only beside the moment it was heard.
  return provider === "gnss" && isNow ? { fix, no_fix_reason: "", gpsTime: timestamp } : { fix, no_fix_reason: "" };
}
