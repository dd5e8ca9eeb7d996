// What a phone senses: its clocks and its randomness, handed in so that a test can play them. Twin of sync/phone/senses.py.

import { writeTime, type Stamp } from "@shared/envelope";
import { RANDOM_BYTES, uuid7 } from "@shared/ids";

/** The clocks of one boot session: wall clock and monotonic clock in milliseconds, random bytes, jitter from 0 to 1. */
export interface Senses {
  now(): number;
  monoMs(): number;
  random(bytes: number): Uint8Array<ArrayBuffer>;
  boot: string;
  sleep(ms: number): Promise<void>;
}

/** The senses of this browser; a page's life is a boot session, as its monotonic clock begins with it. */
export function browserSenses(): Senses {
  const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes));
  return {
    now: () => Date.now(),
    monoMs: () => Math.floor(performance.now()),
    random,
    boot: uuid7(Date.now(), random(RANDOM_BYTES)),
    sleep: (ms) => new Promise((done) => setTimeout(done, ms)),
  };
}

/** Return the present moment as a record tells it; gpsTime in milliseconds when a satellite told one. */
export function stamp(senses: Senses, gpsTime?: number): Stamp {
  const now = senses.now();
  const told: Stamp = { boot: senses.boot, mono_ms: senses.monoMs(), device_time: writeTime(now), tz: offsetShown(now) };
  return gpsTime === undefined ? told : { ...told, gps_time: writeTime(gpsTime) };
}

/** Return a fresh UUIDv7. */
export const newId = (senses: Senses): string => uuid7(senses.now(), senses.random(RANDOM_BYTES));

function offsetShown(now: number): string {
  const minutes = -new Date(now).getTimezoneOffset();
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${minutes < 0 ? "-" : "+"}${String(hours).padStart(2, "0")}:${String(rest).padStart(2, "0")}`;
}
