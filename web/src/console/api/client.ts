// Calls to the public API, typed by the OpenAPI document. A session that has ended is renewed in place, a decision that
// has to be proved is proved and sent again: nothing is lost.

import createClient from "openapi-fetch";
import { prove } from "../shell/passkeys";
import { session } from "../shell/session";
import { isUnattended } from "../shell/presence";
import { Problem, type Fault } from "./problems";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

// A wrong password or code that a page of the account asked for again: the session itself lives on.
const OF_CODES = ["wrong-password", "wrong-otp", "account-locked"].map((slug) => `/problems/${slug}`);
const IDLE = ["/problems/session-idle"];
const STEP_UP = ["/problems/step-up-needed"];
const SAFE = new Set(["GET", "HEAD"]);
// Files: the server keeps no answer for a repeat.
const KEPT_NOWHERE = /^\/v1\/(tables|paper-templates\/preview|exports\/[^/]+\/download)$/;

async function guarded(asked: Request): Promise<Response> {
  let answer = await send(asked.clone());
  if (answer.status === 401 && session.state.value === "in" && !(await isOf(answer, OF_CODES))) {
    await session.renew(await isOf(answer, IDLE) ? "idle" : "over");
    answer = await send(asked.clone());
  }
  if (answer.status === 403 && (await isOf(answer, STEP_UP)) && (await prove(session.csrf()))) answer = await send(asked.clone());
  return answer;
}

const isOf = async (answer: Response, types: readonly string[]): Promise<boolean> =>
  types.includes(((await answer.clone().json().catch(() => ({}))) as Fault).type ?? "");

async function send(asked: Request): Promise<Response> {
  const headers = new Headers(asked.headers);
  if (isUnattended()) headers.set("X-Unattended", "1"); // keeps no session alive
  if (!SAFE.has(asked.method)) {
    headers.set("X-CSRF-Token", session.csrf());
    if (asked.method === "POST" && !headers.has("Idempotency-Key") && !KEPT_NOWHERE.test(new URL(asked.url).pathname)) headers.set("Idempotency-Key", crypto.randomUUID());
  }
  try {
    return await fetch(new Request(asked, { headers, credentials: "same-origin" }));
  } catch (fault) {
    if (asked.signal.aborted) throw fault;
    throw new Problem(0, {}, SAFE.has(asked.method));
  }
}

/** The API. A POST carries an Idempotency-Key; give your own header to be able to repeat it after a lost answer. */
export const api = createClient<paths>({ baseUrl: location.origin, fetch: guarded });

type Answer<T> = { data?: T; error?: unknown; response: Response };

/** Return the body of an answer. Throws Problem. */
export async function take<T>(call: Promise<Answer<T>>): Promise<T> {
  return (await taken(call)).data;
}

/** Return the body of an answer with its ETag, to be sent back as If-Match. Throws Problem. */
export async function taken<T>(call: Promise<Answer<T>>): Promise<{ data: T; etag: string; response: Response }> {
  const { data, error, response } = await call;
  if (!response.ok) throw new Problem(response.status, (error ?? {}) as Fault);
  return { data: data as T, etag: response.headers.get("ETag") ?? "", response };
}

/** Return a file the server makes as a blob with its name. Throws Problem. */
export async function file(path: string): Promise<{ blob: Blob; name: string }> {
  const answer = await guarded(new Request(new URL(path, location.origin)));
  if (!answer.ok) throw new Problem(answer.status, (await answer.json().catch(() => ({}))) as Fault);
  const named = /filename\*?=(?:UTF-8'')?"?([^";]+)/.exec(answer.headers.get("Content-Disposition") ?? "");
  return { blob: await answer.blob(), name: decodeURIComponent(named?.[1] ?? path.split("/").pop() ?? "file") };
}

/** Let the browser save a blob under a name. */
export function keep(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Fetch a file the server makes and let the browser save it. Throws Problem. */
export async function download(path: string): Promise<void> {
  const { blob, name } = await file(path);
  keep(blob, name);
}
