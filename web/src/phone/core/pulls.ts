// Pulling: one collection to its end, page by page; each page stands with its checkpoint or not at all.
// Twin of sync/phone/pulls.py.

import type { SignedIn } from "./media";
import { sealJson } from "./seals";
import type { Store } from "./store";
import { json, NotOurServer } from "./transport";

/** The collections a phone pulls. The first six tell of customers and lie under the PIN. */
export const UNDER_PIN = ["stops", "cards", "papers", "forms", "rules", "messages"] as const;
export const PULLED = [...UNDER_PIN, "acks", "proofs"] as const;
export type Coll = (typeof PULLED)[number];
const SCHEMA_VERSION = 4;
const LIMIT = 100;
const CONTROL = new Set<string>(["acks", "proofs"]);

interface Pulled {
  id: string;
  _deleted?: boolean;
}

interface Page {
  documents: Pulled[];
  checkpoint: { seq: number; epoch: string };
}

/** Pull a collection to its end, sealing under key; heed is shown each page once it stands. Throws as call. */
export async function pull(store: Store, call: SignedIn, coll: Coll, key: CryptoKey, heed: (documents: Pulled[]) => Promise<void>): Promise<number> {
  for (let came = 0; ;) {
    const at = await store.checkpoints.get(coll);
    const epoch = at?.epoch || ((await store.get<string>("epoch")) ?? "");
    const query = `seq=${at?.seq ?? 0}&epoch=${epoch}&limit=${LIMIT}&sv=${SCHEMA_VERSION}`;
    const page = await json<Page>(await call(`/v1/sync/${coll}/pull?${query}`));
    if (!Array.isArray(page.documents) || typeof page.checkpoint?.seq !== "number") throw new NotOurServer("no page");
    await take(store, coll, page, key);
    await heed(page.documents);
    came += page.documents.length;
    if (page.documents.length < LIMIT) return came;
  }
}

async function take(store: Store, coll: Coll, page: Page, key: CryptoKey): Promise<void> {
  const gone = page.documents.filter((one) => one._deleted).map((one) => [coll, one.id] as [string, string]);
  const kept = page.documents.filter((one) => !one._deleted);
  const rows = await Promise.all(kept.map(async (one) => ({ coll, id: one.id, document: await sealJson(key, one) })));
  await store.transaction("rw", store.documents, store.checkpoints, store.papers, store.state, async () => {
    await store.documents.bulkDelete(gone);
    if (coll === "papers") await store.papers.bulkDelete(gone.map(([, id]) => id));
    await store.documents.bulkPut(rows);
    await store.checkpoints.put({ coll, ...page.checkpoint });
    const heads = (await store.get<Record<string, number>>("heads")) ?? {};
    await store.put({ heads: { ...heads, [coll]: page.checkpoint.seq } });
  });
}

/** Tell whether a collection is the protocol's own: pulled although the app is locked. */
export const isControl = (coll: string): boolean => CONTROL.has(coll);
