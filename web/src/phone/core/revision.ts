// Putting a returned visit right (更正): a slip for each record that should have said something else. What was signed first
// stays; a slip carries the whole body as it should have been. Source: docs/records.md, `correction`.

import { canonical } from "@shared/canonical";
import type { SignedRecord } from "@shared/envelope";
import type { Body, Item, Outbox } from "./outbox";
import type { Leaving } from "./visits";

const ABOUT = ["visit_id", "stop_id", "case_id"] as const;
const REVISED = ["met", "disclosure", "outcome", "promise"] as const;
type Revised = (typeof REVISED)[number];

/** A record that counts at present: as first signed, and the body that the last slip gave it. */
export interface Counted {
  record: SignedRecord;
  body: Body;
}

/** Return what counts of a visit's records by type, each with the slips laid over it. */
export function counted(records: SignedRecord[]): Map<string, Counted> {
  const found = new Map<string, Counted>();
  const byId = new Map<string, string>();
  for (const record of records) {
    const { body } = JSON.parse(record.env) as { body: Body };
    if (record.type !== "correction") {
      found.set(record.type, { record, body });
      byId.set(record.id, record.type);
      continue;
    }
    const type = byId.get(String(body.supersedes));
    const standing = type === undefined ? undefined : found.get(type);
    if (standing && standing.record.id === body.supersedes) standing.body = body.body as Body;
  }
  return found;
}

/** Record what differs from what counts; return how many records were made. Nothing is made when nothing differs. */
export async function revise(outbox: Outbox, records: SignedRecord[], wanted: Omit<Leaving, "located">, reason: string): Promise<number> {
  const standing = counted(records);
  const first = [...standing.values()][0];
  if (!first) return 0;
  const about = Object.fromEntries(ABOUT.map((name) => [name, first.body[name]]));
  const items = REVISED.flatMap((type) => slip(type, standing.get(type), wanted[type] as Body | null, { about, reason }));
  if (items.length) await outbox.write(items);
  return items.length;
}

function slip(type: Revised, old: Counted | undefined, wanted: Body | null, { about, reason }: { about: Body; reason: string }): Item[] {
  if (!wanted) return [];
  if (!old) return [{ type, body: { ...about, ...wanted } }];
  const body = JSON.parse(JSON.stringify({ ...old.body, ...wanted, ...about })) as Body;
  if (canonical(body) === canonical(old.body)) return [];
  return [{ type: "correction", body: { ...about, supersedes: old.record.id, supersedes_hash: old.record.hash, corrects: type, reason, body } }];
}
