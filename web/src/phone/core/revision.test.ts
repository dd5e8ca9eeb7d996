// Putting a visit right, and what the phone notices by itself.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { SignedRecord } from "@shared/envelope";
import { noticed, noticesIn } from "./notices";
import type { Item, Outbox } from "./outbox";
import { counted, revise } from "./revision";
import { codeIn } from "./surroundings";
import type { Leaving } from "./visits";

const about = { visit_id: "v", stop_id: "s", case_id: "c" };
const met = { who: "debtor", name: "冯兰", relation: "", is_adult: true, id_checked: "not_shown", id_last4: "", place: "at_door", entry_consent_by: "" } as const;
const outcome = { code: 3, note: "不愿归还", next_step: "revisit", delivered: [] };
const record = (id: string, type: string, body: object) =>
  ({ id, hash: `hash of ${id}`, type, env: JSON.stringify({ body: { ...about, ...body } }) }) as unknown as SignedRecord;
const records = [record("1", "check_in", {}), record("2", "met", met), record("3", "outcome", outcome), record("4", "check_out", {})];
const wanted = (more: object = {}): Omit<Leaving, "located"> => ({ met: { ...met }, disclosure: null, outcome: { ...outcome, ...more }, promise: null });

function outbox(): { box: Outbox; made: Item[] } {
  const made: Item[] = [];
  return { made, box: { write: async (items: Item[]) => void made.push(...items) } as unknown as Outbox };
}

test("only what differs is corrected, with the hash of what it corrects and the whole body", async () => {
  const { box, made } = outbox();
  assert.equal(await revise(box, records, wanted({ note: "要求分期" }), "写错了"), 1);
  assert.deepEqual(made, [{
    type: "correction",
    body: { ...about, supersedes: "3", supersedes_hash: "hash of 3", corrects: "outcome", reason: "写错了", body: { ...about, ...outcome, note: "要求分期" } },
  }]);
});

test("nothing that differs makes nothing", async () => {
  const { box, made } = outbox();
  assert.equal(await revise(box, records, wanted(), "无"), 0);
  assert.deepEqual(made, []);
});

test("a slip is laid over what it corrects, and the next one starts from there", async () => {
  const slip = record("5", "correction", { supersedes: "3", corrects: "outcome", body: { ...about, ...outcome, code: 4 } });
  assert.equal(counted([...records, slip]).get("outcome")!.body.code, 4);
  const { box, made } = outbox();
  assert.equal(await revise(box, [...records, slip], wanted({ code: 4 }), "同"), 0);
  assert.equal(await revise(box, [...records, slip], wanted({ code: 5 }), "再改"), 1);
  assert.equal(made[0]!.body.supersedes, "3");
});

test("a promise that was forgotten is a record of its own", async () => {
  const { box, made } = outbox();
  const promise = { promisor: { name: "冯兰", role: "debtor" as const }, confirmed_fen: 1, confirmed_as_of_on: "2026-11-30", instalments: [], method: "", account_ref: "", is_voluntary: true, consequences_told: true };
  await revise(box, records, { ...wanted(), promise }, "漏填");
  assert.deepEqual(made.map(({ type }) => type), ["promise"]);
});

const stop = { id: "s", plan_version: 1, seq: 3, day: "2026-12-02", arrive_at: "x" };

test("a plan that changed, a visit taken away and a flag raised are noticed once each, without a name", () => {
  assert.equal(noticed("stops", undefined, stop, "t"), undefined);
  assert.equal(noticed("stops", stop, { ...stop, note: "…" }, "t"), undefined);
  const rows = [
    noticed("stops", stop, { ...stop, plan_version: 2, seq: 5 }, "t")!, noticed("stops", stop, undefined, "t")!,
    noticed("cards", { id: "s", frozen: [] }, { id: "s", frozen: ["complaint"] }, "t")!,
  ];
  assert.deepEqual(noticesIn(rows).map(({ kind, seq }) => [kind, seq]), [["plan_changed", 5], ["taken_away", 3], ["frozen", null]]);
  assert.equal(noticed("cards", { id: "s", frozen: ["complaint"] }, { id: "s", frozen: [] }, "t"), undefined);
  assert.equal(noticed("stops", stop, undefined, "later")!.id, rows[1]!.id);
});

test("a scanned code is the one in the link, or the bare one, or none", () => {
  assert.equal(codeIn("https://doorstep.example/m/#/?code=ABCD-EFGH"), "ABCD-EFGH");
  assert.equal(codeIn("  ABCD-EFGH "), "ABCD-EFGH");
  assert.equal(codeIn("https://elsewhere.example/"), "");
  assert.equal(codeIn("13800000000<script>"), "");
});
