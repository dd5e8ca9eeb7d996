// How a phone reaches the server, and how it knows that it did: the mark that a captive portal lacks.
// Twin of sync/phone/transport.py.

const MARK = "Doorstep-Sync";
const TIMEOUT_MS = 40_000;

/** What the server says when it refuses (RFC 9457). */
export interface Problem {
  type?: string;
  title?: string;
  detail?: string;
  status?: number;
  [fact: string]: unknown;
}

/** The server cannot be reached now, or does not get on; what waits, waits. */
export class NoNetwork extends Error {}

/** Something answered, but it was not our server: a login page of a Wi-Fi, a proxy. */
export class NotOurServer extends NoNetwork {}

/** The server said no. */
export class Refused extends Error {
  constructor(readonly status: number, readonly problem: Problem) {
    super(`${status} ${problem.type ?? ""} ${problem.detail ?? ""}`);
  }
}

/** One call: a header map, and a body of bytes or text. */
export interface Call {
  method?: "GET" | "POST" | "HEAD" | "PATCH";
  headers?: Record<string, string>;
  body?: BodyInit;
}

const RETRY = new Set([423, 429, 500, 502, 503, 504]);

/** Send one call with a token and return the answer of our server. Throws NoNetwork, NotOurServer or Refused. */
export async function call(path: string, token: string | null, { method = "GET", headers = {}, body }: Call = {}): Promise<Response> {
  const auth: Record<string, string> = token ? { Authorization: `Bearer ${token}` } : {};
  let answer: Response;
  try {
    answer = await fetch(path, {
      method, headers: { ...auth, ...headers }, body: body ?? null, redirect: "manual", cache: "no-store",
      credentials: "omit", signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (fault) {
    throw new NoNetwork(String(fault));
  }
  if (RETRY.has(answer.status)) throw new NoNetwork(`the server answered ${answer.status}`);
  if (answer.ok) {
    if (answer.headers.get(MARK) !== "1") throw new NotOurServer(`a ${answer.status} without ${MARK}`);
    return answer;
  }
  if (!answer.headers.get("Content-Type")?.startsWith("application/problem+json")) {
    throw new NotOurServer(`a ${answer.status} that is no problem document`);
  }
  throw new Refused(answer.status, method === "HEAD" ? {} : await answer.json().catch(() => ({})));
}

/** Return the decoded body. Throws NoNetwork when the line broke inside it. */
export async function json<T>(answer: Response): Promise<T> {
  try {
    return (await answer.json()) as T;
  } catch (fault) {
    throw new NoNetwork(`the answer broke off: ${fault}`);
  }
}

/** Return bytes in gzip, where the browser can. */
export async function gzip(text: string): Promise<{ body: BodyInit; headers: Record<string, string> }> {
  if (typeof CompressionStream === "undefined") return { body: text, headers: {} };
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return { body: await new Response(stream).arrayBuffer(), headers: { "Content-Encoding": "gzip" } };
}
