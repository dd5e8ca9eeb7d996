// A trial on the road plan: changes by hand and pins, timed by the server after each step, in force only once accepted.

import { computed, ref, shallowRef } from "vue";
import { complain, toast } from "../../components/asking";
import { api, take, taken } from "../../api/client";
import { Problem } from "../../api/problems";
import { follow } from "../../shell/jobs";
import { differences, type Change, type Difference, type Line, type Order, type Pin, type Routes, type Scheme } from "./scheme";
import { t } from "./words";

const STALE = 412;
const MOVED_ON = new Set(["stale", "proposal-stale", "scheme-moved"]);

/** Work on the plan of a scheme. reload fetches the scheme and its table anew and returns them. */
export function useTrial(start: { scheme: Scheme; etag: string; table: Routes }, reload: () => Promise<{ scheme: Scheme; etag: string; table: Routes }>) {
  const base = shallowRef(start);
  const changes = ref<Change[]>([]);
  const pins = ref<Pin[]>([...(start.table.parameters.pins ?? [])]);
  const orders = ref<Order[]>([...(start.table.parameters.orders ?? [])]);
  const trial = shallowRef<Difference | null>(null);
  const proposal = shallowRef<Difference | null>(null);
  const clash = shallowRef<{ lines: Line[]; was: number; now: number; next: typeof start } | null>(null);
  const isBusy = ref(false);
  let turn = 0;

  const id = () => ({ params: { path: { scheme_id: base.value.scheme.id! } } });
  const held = () => ({ pins: base.value.table.parameters.pins ?? [], orders: base.value.table.parameters.orders ?? [] });
  const samePins = computed(() => JSON.stringify({ pins: pins.value, orders: orders.value }) === JSON.stringify(held()));
  const isChanged = computed(() => changes.value.length > 0 || !samePins.value);

  async function ask(): Promise<boolean> {
    const mine = ++turn;
    if (!changes.value.length) { trial.value = null; return true; }
    isBusy.value = true;
    try {
      const got = await take(api.POST("/v1/schemes/{scheme_id}/what-if", { ...id(), body: { changes: changes.value, pins: pins.value, orders: orders.value } as never })) as unknown as Difference;
      if (mine === turn) trial.value = got;
      return true;
    } catch (fault) {
      if (mine === turn) await complain(fault);
      return false;
    } finally {
      if (mine === turn) isBusy.value = false;
    }
  }

  /** Try one more change; one the server refuses is taken back. */
  async function attempt(change: Change | null) {
    if (!change || isBusy.value) return;
    pins.value = pins.value.filter((one) => one.stop_id !== change.stop_id);
    changes.value.push(change);
    if (!(await ask())) changes.value.pop();
  }

  async function undo() { changes.value.pop(); await ask(); }

  function discard() {
    changes.value = [];
    trial.value = null;
    pins.value = [...held().pins];
    orders.value = [...held().orders];
  }

  function pin(wanted: Pin) {
    const rest = pins.value.filter((one) => one.stop_id !== wanted.stop_id);
    const had = pins.value.find((one) => one.stop_id === wanted.stop_id);
    pins.value = had && had.at === wanted.at ? rest : [...rest, wanted];
  }

  /** Say that a visit comes only after another one of its crew's day, or take that back for none. */
  function order(stopId: string, afterId: string | null) {
    const rest = orders.value.filter((one) => one.stop_id !== stopId);
    orders.value = afterId === null ? rest : [...rest, { stop_id: stopId, after_id: afterId }];
  }

  function stand(next: typeof start) {
    base.value = next;
    changes.value = [];
    trial.value = proposal.value = clash.value = null;
    pins.value = [...held().pins];
    orders.value = [...held().orders];
  }

  /** Show what somebody else made of the scheme meanwhile, if that is the reason; else the fault. */
  async function explain(fault: unknown) {
    if (!(fault instanceof Problem) || !(fault.status === STALE || MOVED_ON.has(fault.slug))) return complain(fault);
    const next = await reload();
    clash.value = { lines: differences(base.value.scheme, next.scheme), was: base.value.scheme.version ?? 0, now: next.scheme.version ?? 0, next };
  }

  async function settleClash(keepsMine: boolean) {
    const { next } = clash.value!;
    const [mine, mineHeld, mineOrdered] = [[...changes.value], [...pins.value], [...orders.value]];
    stand(next);
    if (!keepsMine) return;
    pins.value = mineHeld;
    orders.value = mineOrdered;
    for (const change of mine) await attempt(change);
  }

  async function accept(number: number) {
    await take(api.POST("/v1/schemes/{scheme_id}/plans/{number}/accept", { params: { path: { scheme_id: base.value.scheme.id!, number: String(number) } } }));
    toast(t("accepted"));
    stand(await reload());
  }

  async function guarded(work: () => Promise<unknown>) {
    isBusy.value = true;
    try { await work(); } catch (fault) { await explain(fault); } finally { isBusy.value = false; }
  }

  /** Put the trial in force. */
  const save = () => guarded(async () => {
    const kept = await taken(api.POST("/v1/schemes/{scheme_id}/plans", { ...id(), headers: { "If-Match": base.value.etag }, body: { changes: changes.value, pins: pins.value, orders: orders.value } as never }));
    await accept((kept.data as unknown as Difference).plan_version);
  });

  /** Plan what is not pinned anew, or from noon on what is left of the day; the result waits as a proposal. */
  const optimise = (atNoon: boolean) => guarded(async () => {
    const { scheme } = base.value;
    const asked = await take(atNoon
      ? api.POST("/v1/schemes/{scheme_id}/replan", { ...id(), body: {} as never })
      : api.POST("/v1/schemes/{scheme_id}/plan", { ...id(), body: { pins: pins.value, orders: orders.value, propose: true, warm: true } as never })) as unknown as { id: string };
    const job = await follow(asked.id, t("optimising", { serial: scheme.serial ?? "" }), `/schemes/${scheme.id}?tab=routes`);
    const number = Number(/plans\/(\d+)\/difference/.exec(job.result_url ?? "")?.[1]);
    if (number) proposal.value = await take(api.GET("/v1/schemes/{scheme_id}/plans/{number}/difference", { params: { path: { scheme_id: scheme.id!, number: String(number) } } })) as unknown as Difference;
    else await complain(job.message || job.state);
  });

  const settleProposal = (takes: boolean) => (takes ? guarded(() => accept(proposal.value!.plan_version)) : Promise.resolve(void (proposal.value = null)));

  return { base, changes, pins, orders, order, trial, proposal, clash, isBusy, isChanged, attempt, undo, discard, pin, save, optimise, settleProposal, settleClash };
}
