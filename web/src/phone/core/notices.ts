// What the phone itself notices when the office's news arrive (通知): a plan changed, a visit taken away, a stop flag raised.
// A notice names a stop by its id and place on the route, never a person; the same news told again are the same notice.

import type { CardDocument, StopDocument } from "./documents";
import type { NoteRow } from "./store";

export type NoticeKind = "plan_changed" | "taken_away" | "frozen";

/** One thing noticed; seq is the stop's place on the route, null when it has none. */
export interface Notice {
  kind: NoticeKind;
  stop_id: string;
  seq: number | null;
  at: string;
}

const PREFIX = "notice/";

/** Return the notice that a new document of a collection gives rise to, beside the one it replaces. */
export function noticed(coll: string, before: any, after: any, at: string): NoteRow | undefined {
  if (!before) return undefined;
  if (coll === "stops") return after ? ofStop(before, after, at) : note(`gone/${before.id}/${before.plan_version}`, { kind: "taken_away", stop_id: before.id, seq: before.seq, at });
  if (coll === "cards" && after && isRaised(before, after)) {
    return note(`frozen/${after.id}/${after.frozen.join("+")}`, { kind: "frozen", stop_id: after.id, seq: null, at });
  }
  return undefined;
}

function ofStop(before: StopDocument, after: StopDocument, at: string): NoteRow | undefined {
  const isSame = before.plan_version === after.plan_version && before.seq === after.seq && before.arrive_at === after.arrive_at && before.day === after.day;
  return isSame ? undefined : note(`plan/${after.id}/${after.plan_version}/${after.seq}`, { kind: "plan_changed", stop_id: after.id, seq: after.seq, at });
}

const isRaised = (before: CardDocument, after: CardDocument): boolean => after.frozen.some((kind) => !before.frozen.includes(kind));
const note = (id: string, value: Notice): NoteRow => ({ id: PREFIX + id, value });

/** Return the notices among the phone's notes, as messages are listed. */
export const noticesIn = (rows: NoteRow[]): (Notice & { id: string })[] => rows.map(({ id, value }) => ({ id, ...(value as Notice) }));
