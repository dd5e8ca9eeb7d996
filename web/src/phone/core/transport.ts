// How a phone reaches the server, and how it knows that it did: retries, and the mark a captive portal lacks.
// Twin of sync/phone/transport.py.

import { MAX_WAIT_S, waitS } from "./pace";
import type { Senses } from "./senses";

const MARK = "doorstep-sync";
const TIMEOUT_MS = 40_000;
const RETRY = new Set([423, 429, 500, 502, 503, 504]);

/** The server cannot be reached now; what waits, waits. */
export class NoNetwork extends Error {
  override name: string = "NoNetwork";
}

/** Something answered, but it was not our server: a login page of a Wi-Fi, a proxy. */
export class NotOurServer extends NoNetwork {
  override name = "NotOurServer";
}

/** The server said no: status, problem type and the whole problem document. */
export class Refused extends Error {
  override name: string = "Refused";
  constructor(readonly status: number, readonly problem: Record<string, any>) {
    super(`${status} ${problem["type"] ?? ""}`);
  }
}

/** A whole answer. */
export interface Answer {
  status: number;
  headers: Headers;
  body: ArrayBuffer;
}

export interface Wanted {
  headers?: Record<string, string>;
  body?: BodyInit;
  tries?: number;
}

/** Sends one request and returns its whole answer, whatever its status. Throws NoNetwork when none came. */
export type Transport = (method: string, path: string, wanted: Wanted) => Promise<Answer>;

/** A transport over HTTP to this page's own server; redirects are not followed, as our server never redirects a phone. */
export const httpTransport = (base = ""): Transport => async (method, path, { headers = {}, body }) => {
  try {
    const answer = await fetch(base + path, {
      method, headers, body, redirect: "error", cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { status: answer.status, headers: answer.headers, body: await answer.arrayBuffer() };
  } catch (fault) {
    throw new NoNetwork((fault as Error).name);
  }
};

/** A transport with patience: waits and tries again, and believes only answers that carry our mark. */
export class Line {
  constructor(private readonly transport: Transport, private readonly senses: Senses, private readonly tries = 3) {}

  /** Return a marked answer of success. Throws NoNetwork when patience ends, NotOurServer or Refused at once. */
  async call(method: string, path: string, wanted: Wanted = {}): Promise<Answer> {
    let last = new NoNetwork("not tried");
    const most = wanted.tries ?? this.tries;
    for (let attempt = 0; attempt < most; attempt += 1) {
      let toldS = 0;
      try {
        const answer = await this.transport(method, path, wanted);
        if (!RETRY.has(answer.status)) return believed(answer);
        last = new NoNetwork(`the server answered ${answer.status}`);
        toldS = toldWaitS(answer);
      } catch (fault) {
        if (!(fault instanceof NoNetwork) || fault instanceof NotOurServer) throw fault;
        last = fault;
      }
      if (attempt + 1 < most) await this.senses.sleep(1000 * Math.max(toldS, waitS(attempt, jitter(this.senses))));
    }
    throw last;
  }
}

/** Return an even random number from 0 to 1. */
export const jitter = (senses: Senses): number => senses.random(1)[0]! / 255;

/** Return the decoded body. Throws NotOurServer when it is not JSON. */
export function json(answer: Answer): any {
  try {
    return JSON.parse(new TextDecoder().decode(answer.body));
  } catch {
    throw new NotOurServer("the answer is not JSON");
  }
}

function believed(answer: Answer): Answer {
  if ((answer.status >= 200 && answer.status < 300) || answer.status === 304) {
    if (answer.headers.get(MARK) !== "1") throw new NotOurServer(`a ${answer.status} without ${MARK}`);
    return answer;
  }
  const kind = answer.headers.get("content-type") ?? "";
  if (!kind.startsWith("application/problem+json")) throw new NotOurServer(`a ${answer.status} that is no problem document`);
  throw new Refused(answer.status, answer.body.byteLength ? json(answer) : {});
}

function toldWaitS(answer: Answer): number {
  const told = answer.headers.get("retry-after") ?? "";
  return /^\d{1,6}$/.test(told) ? Math.min(Number(told), MAX_WAIT_S) : 0;
}
