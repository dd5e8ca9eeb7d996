// How long a phone waits before it tries again: twice as long after each failure, up to a bound, and never in step.
// The jitter keeps a fleet that lost the server together from coming back together. Twin of sync/phone/pace.py.

export const MAX_WAIT_S = 300;
export const EVERY_S = 30;
const MOST_DOUBLINGS = 16;

/** Return the seconds to wait after so many failures in a row before this one; jitter is from 0 to 1. */
export const waitS = (failures: number, jitter: number): number =>
  (0.5 + jitter) * Math.min(MAX_WAIT_S, 2 ** Math.min(failures, MOST_DOUBLINGS));

/** When one queue is due next; seconds of any clock that never jumps. */
export class Pace {
  failures = 0;
  dueS = 0;

  /** Is it time to try? */
  isDue(nowS: number): boolean {
    return nowS >= this.dueS;
  }

  /** Begin again from the shortest wait; the next turn comes in its ordinary time. */
  wentWell(nowS: number): void {
    this.failures = 0;
    this.dueS = nowS + EVERY_S;
  }

  /** Wait longer than the last time. */
  failed(nowS: number, jitter: number): void {
    this.dueS = nowS + waitS(this.failures, jitter);
    this.failures += 1;
  }

  /** Let it be due now: the network came back, or the person asks. */
  hurry(nowS: number): void {
    this.dueS = nowS;
  }
}
