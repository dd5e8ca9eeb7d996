// Who is signed in at this browser, and what he may do. The secret is in a cookie that no script reads.

import { ref, shallowRef } from "vue";
import type { components } from "../api/schema";
import { Problem, type Fault } from "../api/problems";
import type { Role } from "../words/roles";

export type Me = components["schemas"]["accounts.MeOut"];

const state = ref<"starting" | "out" | "in" | "ended">("starting");
const me = shallowRef<Me | null>(null);
const why = ref<"idle" | "over">("over");
let renewing: { promise: Promise<void>; done: () => void } | null = null;

async function load(): Promise<void> {
  const answer = await fetch("/v1/auth/session", { credentials: "same-origin" }).catch(() => null);
  me.value = answer?.ok ? ((await answer.json()) as { me: Me | null }).me : null;
  state.value = me.value ? "in" : "out";
}

/** Sign in; otp: the code of the second factor, of who has one. Who waited for the session goes on. Throws Problem. */
async function signIn(username: string, password: string, otp = ""): Promise<void> {
  const answer = await fetch("/v1/auth/session", {
    method: "POST", credentials: "same-origin", headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ username, password, otp: otp || null }),
  }).catch(() => { throw new Problem(0, {}); });
  if (!answer.ok) throw new Problem(answer.status, (await answer.json().catch(() => ({}))) as Fault);
  const before = me.value?.person?.id;
  await load();
  if (before && before !== me.value?.person?.id) return location.reload();
  renewing?.done();
  renewing = null;
}

async function signOut(): Promise<void> {
  await fetch("/v1/auth/logout", { method: "POST", credentials: "same-origin", headers: { "X-CSRF-Token": csrf() } });
  sessionStorage.clear(); // lists picked, drafts, jobs: of whoever leaves
  location.assign("/console/");
}

/** Wait until the same person has signed in again over the open page, told why. */
function renew(reason: "idle" | "over"): Promise<void> {
  [why.value, state.value] = [reason, "ended"];
  if (!renewing) {
    let done = () => {};
    const promise = new Promise<void>((resolve) => { done = resolve; });
    renewing = { promise, done };
  }
  return renewing.promise;
}

const csrf = (): string => me.value?.csrf_token ?? "";

/** Tell whether the person has one of the roles. */
const has = (...roles: Role[]): boolean => roles.some((role) => me.value?.roles?.includes(role));

export const session = { state, me, why, load, signIn, signOut, renew, csrf, has };
