// Long work that this browser started: watched until it ends, kept over a reload, and cancelled on request.

import { computed, ref, watch } from "vue";
import { api, take, type Schemas } from "../api/client";

export type Job = Schemas["console.JobOut"];
interface Watched { id: string; title: string; place: string; job: Job | null }

const KEPT = "doorstep.jobs";
const EVERY_MS = 1_000;
const ENDED = new Set(["done", "failed", "cancelled"]);

export const watched = ref<Watched[]>(JSON.parse(sessionStorage.getItem(KEPT) ?? "[]") as Watched[]);
export const drawerOpen = ref(false);
export const running = computed(() => watched.value.filter((one) => !isOver(one.job)).length);

watch(watched, (now) => sessionStorage.setItem(KEPT, JSON.stringify(now.slice(0, 20))), { deep: true });

/** Tell whether a job has come to its end. */
export const isOver = (job: Job | null): boolean => job != null && ENDED.has(job.state ?? "");

/** Watch a job until it ends and return how it ended; place is the address its title leads to. Throws Problem. */
export async function follow(id: string, title: string, place: string): Promise<Job> {
  if (!watched.value.some((one) => one.id === id)) watched.value.unshift({ id, title, place, job: null });
  for (;;) {
    const job = await take(api.GET("/v1/jobs/{job_id}", { params: { path: { job_id: id } } }));
    const one = watched.value.find((each) => each.id === id);
    if (one) one.job = job;
    if (isOver(job) || !one) return job;
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
}

/** Ask a job to stop. Throws Problem. */
export const cancel = (id: string) => take(api.POST("/v1/jobs/{job_id}/cancel", { params: { path: { job_id: id } } }));

/** Take ended jobs off the drawer. */
export function tidy(): void {
  watched.value = watched.value.filter((one) => !isOver(one.job));
}

/** Go on watching what a reload interrupted. */
export function goOn(): void {
  for (const one of watched.value) if (!isOver(one.job)) void follow(one.id, one.title, one.place).catch(() => forget(one.id));
}

const forget = (id: string) => { watched.value = watched.value.filter((one) => one.id !== id); };
