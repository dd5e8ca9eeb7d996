// Whether somebody is at the desk: a page that asks by itself keeps no session alive.

const AWAY_MS = 60_000;
let last = Date.now();
const here = () => { last = Date.now(); };
for (const kind of ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"]) addEventListener(kind, here, { passive: true, capture: true });

/** Tell whether nobody has touched mouse or keys for a minute. */
export const isUnattended = (): boolean => Date.now() - last > AWAY_MS;
