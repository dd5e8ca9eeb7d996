// A decision that is made once, however often its answer is lost: one key goes with every attempt, over reloads too.

import { ref, shallowRef } from "vue";
import { Problem } from "../api/problems";

interface Pending<Body> { key: string; body: Body }

const MOST_TRIES = 6;
const FIRST_WAIT_MS = 1_000;
const LOST = new Set([0, 502, 503, 504]);

/** Tell whether nobody knows if the server carried it out. */
const isLost = (fault: unknown): boolean =>
  fault instanceof Problem && (LOST.has(fault.status) || fault.slug === "idempotency-in-flight");

/** Wait a while, or until the network is back. */
const pause = (ms: number): Promise<void> => new Promise((resolve) => {
  const timer = setTimeout(done, ms);
  function done() { clearTimeout(timer); removeEventListener("online", done); resolve(); }
  addEventListener("online", done);
});

/** Decide about one thing; `place` names it. `send` passes the key on as Idempotency-Key. */
export function useDeciding<Body>(place: string, send: (body: Body, key: string) => Promise<unknown>) {
  const kept = `doorstep.deciding:${place}`;
  const pending = shallowRef<Pending<Body> | null>(JSON.parse(sessionStorage.getItem(kept) ?? "null") as Pending<Body> | null);
  const isSending = ref(false);
  const fault = ref<unknown>(null);

  function remember(now: Pending<Body> | null) {
    pending.value = now;
    if (now) sessionStorage.setItem(kept, JSON.stringify(now));
    else sessionStorage.removeItem(kept);
  }

  /** Send what waits again, under its own key: true once the server has answered yes. */
  async function goOn(): Promise<boolean> {
    const mine = pending.value;
    if (!mine || isSending.value) return false;
    isSending.value = true;
    fault.value = null;
    try {
      for (let tries = 1; ; tries++) {
        try {
          await send(mine.body, mine.key);
          remember(null);
          return true;
        } catch (refused) {
          fault.value = refused;
          if (!isLost(refused)) remember(null); // refused: nothing was decided, the next attempt is a new one
          if (!isLost(refused) || tries === MOST_TRIES) return false;
          await pause(FIRST_WAIT_MS * 2 ** (tries - 1));
        }
      }
    } finally {
      isSending.value = false;
    }
  }

  /** Decide: true once the server has answered yes. While an earlier decision waits for its answer, that one goes first. */
  function decide(body: Body): Promise<boolean> {
    if (!pending.value) remember({ key: crypto.randomUUID(), body });
    return goOn();
  }

  return { pending, isSending, fault, decide, goOn };
}
