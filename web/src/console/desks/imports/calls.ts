// The imports of the API: placements and payment feeds are read alike, at two addresses.

import { api, take, type Schemas } from "../../api/client";
import { follow } from "../../shell/jobs";

export type Kind = "cases" | "payments";
export type Run = Schemas["cases.ImportOut"];
export interface Fault { sheet: string; row: number; column: string; header: string; value: string; code: string; severity: string; reason: string; reason_en: string }
export interface Mapping { columns: Record<string, string>; defaults: Record<string, string>; yuan_per_unit: number }

const asForm = { bodySerializer: (body: unknown) => body as FormData };
type Started = { job_id?: string };

/** Show one run. Throws Problem. */
export const show = (kind: Kind, id: string): Promise<Run> => {
  const path = { params: { path: { run_id: id } } };
  return kind === "cases" ? take(api.GET("/v1/imports/{run_id}", path)) : take(api.GET("/v1/payments/imports/{run_id}", path));
};

/** Wait for the job of a big file, then answer the run. Throws Problem. */
async function settled(kind: Kind, answer: Run | Started, title: string): Promise<Run> {
  if (!("job_id" in answer) || !answer.job_id) return answer as Run;
  const job = await follow(answer.job_id, title, "/imports");
  if (job.state !== "done" || !job.result_url) throw new Error(job.message || String(job.error?.["detail"] ?? job.state));
  return show(kind, job.result_url.split("/").pop()!);
}

/** Send a file and have it read; isAnew: recognise its headings, whatever template the creditor has. Throws Problem. */
export async function read(kind: Kind, file: File, creditorId: string, asOf: string, isAnew: boolean): Promise<Run> {
  const form = new FormData();
  form.set("file", file);
  form.set("creditor_id", creditorId);
  if (asOf) form.set("as_of", asOf);
  if (isAnew) form.set("mapping", JSON.stringify({ guess: true }));
  const sent = { body: form as never, ...asForm };
  const answer = kind === "cases" ? await take(api.POST("/v1/imports", sent)) : await take(api.POST("/v1/payments/imports", sent));
  return settled(kind, answer as Run | Started, file.name);
}

/** Write what was read. Throws Problem. */
export async function commit(kind: Kind, run: Run): Promise<Run> {
  const path = { params: { path: { run_id: run.id! } } };
  const answer = kind === "cases" ? await take(api.POST("/v1/imports/{run_id}/commit", path)) : await take(api.POST("/v1/payments/imports/{run_id}/commit", path));
  return settled(kind, answer as Run | Started, run.filename ?? "");
}

/** Throw away a file that is not committed. Throws Problem. */
export const discard = (kind: Kind, id: string): Promise<Run> => {
  const path = { params: { path: { run_id: id } } };
  return kind === "cases" ? take(api.POST("/v1/imports/{run_id}/discard", path)) : take(api.POST("/v1/payments/imports/{run_id}/discard", path));
};

/** Have the kept file read again under another mapping. Throws Problem. */
export async function remap(kind: Kind, run: Run, mapping: Mapping): Promise<Run> {
  const asked = { params: { path: { run_id: run.id! } }, body: { kind, ...mapping } };
  const answer = kind === "cases" ? await take(api.PUT("/v1/imports/{run_id}/mapping", asked)) : await take(api.PUT("/v1/payments/imports/{run_id}/mapping", asked));
  return settled(kind, answer as Run | Started, run.filename ?? "");
}
