// Photos uploaded by an unmodified tus-js-client. One JSON command per line of stdin, one answer each on stdout.
// What is uploaded, and what the server must hold in the end, stands in tests/clients/test_tus_js.py.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { need } from "./packages.mjs";

console.log = console.info = console.warn = console.error; // stdout is for answers
const tus = need("tus-js-client");
const TRIES = 40;

const base64 = (algorithm, bytes) => createHash(algorithm).update(bytes).digest("base64");

/** Upload one file; tell every answer that came. `flaws` says what goes wrong once on the way. */
function upload({ url, token, file, chunk, during = false, checksum = "", flaws = [], stopAt = null, resume = null }) {
  const bytes = readFileSync(file.path);
  const seen = { id: file.id, answers: [], errors: 0, url: null };
  const once = new Set(flaws);
  if (once.has("bytes")) bytes[0] ^= 1;

  const onBeforeRequest = (request) => {
    const at = request.getHeader("Upload-Offset");
    if (request.getMethod() !== "PATCH" || !checksum) return;
    const sum = once.delete("checksum") ? "nothing like it" : bytes.subarray(Number(at), Number(at) + chunk);
    request.setHeader("Upload-Checksum", `${checksum} ${base64(checksum, sum)}`);
  };
  const onAfterResponse = (request, answer) => {
    const [status, method] = [answer.getStatus(), request.getMethod()];
    const number = (name) => (answer.getHeader(name) == null ? null : Number(answer.getHeader(name)));
    seen.answers.push({
      method, status, from: Number(request.getHeader("Upload-Offset") ?? 0), offset: number("Upload-Offset"),
      expires: answer.getHeader("Upload-Expires"), mark: answer.getHeader("Doorstep-Sync"),
    });
    if (status === 409 && once.delete("bytes")) bytes[0] ^= 1; // the disk of the phone had a bad moment
  };
  const options = {
    endpoint: `${url}/v1/files`, uploadUrl: resume, headers: { authorization: `Bearer ${token}` }, chunkSize: chunk,
    metadata: { attachment_id: file.id, sha256: file.sha256, mime: "image/jpeg", filename: "门口.jpg" },
    retryDelays: Array(TRIES).fill(20), uploadDataDuringCreation: during, storeFingerprintForResuming: false,
    onBeforeRequest, onAfterResponse,
  };
  if (checksum) options.onShouldRetry = (fault) => [0, 409, 423, 460].includes(fault.originalResponse?.getStatus() ?? 0);
  return new Promise((resolve) => {
    const done = (more) => resolve({ ...seen, url: job.url, ...more });
    Object.assign(options, {
      onSuccess: () => done({ whole: true }),
      onError: (fault) => done({ whole: false, error: String(fault) }),
    });
    if (stopAt !== null) {
      options.onChunkComplete = (_size, accepted) => {
        if (accepted >= stopAt) job.abort(false).then(() => done({ whole: false }));
      };
    }
    const job = new tus.Upload(bytes, options);
    job.start();
  });
}

const commands = {
  /** Upload files, so many at a time. */
  async upload({ files, abreast = 4, ...given }) {
    const [waiting, told] = [[...files], []];
    const lane = async () => {
      while (waiting.length) told.push(await upload({ ...given, file: waiting.shift() }));
    };
    await Promise.all(Array.from({ length: abreast }, lane));
    return told;
  },

  terminate: ({ upload: url, token }) =>
    tus.Upload.terminate(url, { headers: { authorization: `Bearer ${token}` }, retryDelays: [] }),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { do: name, ...given } = JSON.parse(line);
  let answer;
  try {
    answer = { ok: (await commands[name](given)) ?? null };
  } catch (fault) {
    answer = { error: fault.stack };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
