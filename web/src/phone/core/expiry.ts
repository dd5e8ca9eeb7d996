// A phone holds a day's visits, not the past: each visit names when it leaves (日包到期), and goes then with its card and its
// papers, heard of the server or not. By the server's clock as last compared; a clock found wrong later lets all be pulled anew.
// Source: 个人信息保护法 6, 19. Twin of server/schemes/phone_days.py.

import type { Documents } from "./documents";
import type { Store } from "./store";

/** How far the comparison of clocks may move before what was forgotten by the old one is asked for again. */
const TRUSTED_MS = 10 * 60_000;

/** Forget the visits whose time has come, but one that is being written; return how many. Throws Locked. */
export async function forgetPast(store: Store, documents: Documents, now: number): Promise<number> {
  const at = now + ((await store.get<number>("clock_offset_ms")) ?? 0);
  const begun = new Set((await store.draft.toArray()).map(({ stop }) => stop));
  const past = (await documents.all("stops")).filter(({ id, leaves_at }) => leaves_at && Date.parse(leaves_at) <= at && !begun.has(id));
  if (!past.length) return 0;
  const papers = past.flatMap((one) => one.papers);
  await store.transaction("rw", [store.document, store.paper, store.state], async () => {
    for (const { id } of past) await store.document.bulkDelete([["stops", id], ["cards", id]]);
    await store.document.bulkDelete(papers.map((id): [string, string] => ["papers", id]));
    await store.paper.bulkDelete(papers);
    await store.put({ forgot_by_offset_ms: at - now });
  });
  return past.length;
}

/** A comparison of clocks is in: what a clock forgot that was wrong is to be pulled again. */
export async function clockCompared(store: Store, offsetMs: number): Promise<void> {
  const by = await store.get<number>("forgot_by_offset_ms");
  if (by === undefined) return;
  await store.put({ forgot_by_offset_ms: undefined });
  if (Math.abs(by - offsetMs) > TRUSTED_MS) await store.checkpoint.bulkDelete(["stops", "cards", "papers"]);
}
