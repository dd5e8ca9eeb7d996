// How this phone stood when it was last looked at, known before its database is open: the first screen waits for nothing.

import type { SessionState } from "./session";

const KEPT = "doorstep.standing";
const GATES: readonly SessionState[] = ["new", "locked", "pin_lost", "revoked"];

/** Return the gate to show while the database opens; "new" where nothing was kept. It is a guess: the session knows. */
export function lastStanding(): SessionState {
  const kept = localStorage.getItem(KEPT) as SessionState;
  return GATES.includes(kept) ? kept : "new";
}

/** Keep how the phone stands for its next start, where an open app is a locked one. */
export function keepStanding(state: SessionState): void {
  if (state !== "starting") localStorage.setItem(KEPT, state === "open" ? "locked" : state);
}
