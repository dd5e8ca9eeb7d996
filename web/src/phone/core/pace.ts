// How long a phone waits before it tries again: twice as long after each failure, up to a bound, and never in step.
// Twin of sync/phone/pace.py.

/** Most milliseconds of waiting. */
export const MAX_WAIT_MS = 300_000;
/** How often the queues are looked at while nothing is wrong. */
export const EVERY_MS = 30_000;
const MOST_DOUBLINGS = 16;

/** Return the milliseconds to wait after so many failures in a row before this one; jitter is from 0 to 1. */
export function waitMs(failures: number, jitter: number): number {
  return (0.5 + jitter) * Math.min(MAX_WAIT_MS, 1000 * 2 ** Math.min(failures, MOST_DOUBLINGS));
}
