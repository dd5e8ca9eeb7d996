// The bytes of the papers a phone takes along (单据): fetched last, each checked by its hash. Twin of sync/phone/papers.py.
// A paper whose bytes are not here yet cannot be shown and signed.

import { sha256Hex } from "@shared/canonical";
import type { PaperDocument } from "./documents";
import type { Store } from "./store";
import { NotOurServer, Refused, type Answer } from "./transport";
import { seal } from "./vault";

type Call = (method: string, path: string) => Promise<Answer>;

/** Fetch every paper that is named and not here; one refused is asked for next time. Throws NoNetwork, NotOurServer. */
export async function fetchPapers(call: Call, store: Store, key: CryptoKey, named: PaperDocument[]): Promise<void> {
  const here = new Set(await store.paper.toCollection().primaryKeys());
  for (const { id, sha256 } of named.filter((paper) => !here.has(paper.id))) {
    try {
      const { body } = await call("GET", `/v1/sync/papers/${id}/pdf`);
      if ((await sha256Hex(body)) !== sha256) throw new NotOurServer(`paper ${id} has another hash than its document says`);
      await store.paper.put({ id, sealed: await seal(key, body) });
    } catch (fault) {
      if (!(fault instanceof Refused)) throw fault;
    }
  }
}
