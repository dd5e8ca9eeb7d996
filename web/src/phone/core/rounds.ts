// The two queues of a phone, each with a pace of its own: records never wait for files that do not get through.
// One tab syncs (a Web Lock); what it does shows in every tab. Twin of sync/phone/rounds.py.

import { reactive } from "vue";
import type { Client } from "./client";
import type { Documents } from "./documents";
import { NoProgress, uploadAll } from "./media";
import { Pace } from "./pace";
import { fetchPapers } from "./papers";
import type { Senses } from "./senses";
import { Locked, NotEnrolled, type Session } from "./session";
import type { Store } from "./store";
import { jitter, NoNetwork, Refused } from "./transport";

const GONE = 410;
const TOO_OLD = 426;
const NOT_SIGNED_IN = 401;
const STEP_MS = 1000;

/** What the bar at the top says. offline: no answer came; refused: the server said no (`refusal` holds the problem type). */
export interface SyncState {
  phase: "idle" | "working" | "offline" | "refused" | "other_tab";
  refusal: string;
  records: number; // that exist only on this phone
  files: number;
  bytes: number; // of the files, still to be sent
  lastSyncAt: number | undefined; // wall clock, ms
  nextInS: number;
  needsNewApp: boolean;
  clockOffsetMs: number | undefined; // server minus phone
  holdsPhotos: boolean; // photos wait for Wi-Fi, as the agent chose
}

/** Drives one client while the app lives. */
export class Rounds {
  readonly state: SyncState = reactive({
    phase: "idle", refusal: "", records: 0, files: 0, bytes: 0, lastSyncAt: undefined, nextInS: 0, needsNewApp: false,
    clockOffsetMs: undefined, holdsPhotos: false,
  });
  readonly records = new Pace();
  readonly files = new Pace();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running: Promise<void> | undefined;

  constructor(
    private readonly store: Store,
    private readonly session: Session,
    private readonly client: Client,
    private readonly documents: Documents,
    private readonly senses: Senses,
    private readonly tidy: () => Promise<void>, // after a round that went well
  ) {}

  /** Begin, and go on for the life of the page. */
  start(): void {
    const again = async () => {
      await this.step().catch(() => undefined);
      this.timer = setTimeout(again, STEP_MS);
    };
    clearTimeout(this.timer);
    this.timer = setTimeout(again, 0);
  }

  /** Stop; what waits, waits. */
  stop(): void {
    clearTimeout(this.timer);
  }

  /** Try now: the person asks, the network came back, something was recorded. Resolves when the round is over. */
  async now(): Promise<void> {
    this.records.hurry(this.nowS());
    this.files.hurry(this.nowS());
    await this.step();
  }

  /** Do what is due at this moment. */
  step(): Promise<void> {
    this.running ??= this.turn().finally(() => (this.running = undefined));
    return this.running;
  }

  /** Count what exists only here. */
  async count(): Promise<void> {
    Object.assign(this.state, await this.store.unsent());
    this.state.lastSyncAt = await this.store.get<number>("last_sync_at");
    this.state.clockOffsetMs = await this.store.get<number>("clock_offset_ms");
  }

  private async turn(): Promise<void> {
    const now = this.nowS();
    await this.count();
    if (!this.records.isDue(now) && !this.files.isDue(now)) {
      this.state.nextInS = Math.ceil(Math.min(this.records.dueS, this.files.dueS) - now);
      return;
    }
    if (!(await this.store.get("token"))) return;
    const isMine = await alone(() => this.rounds(now));
    if (!isMine) this.state.phase = "other_tab";
    await this.count();
  }

  private async rounds(now: number): Promise<void> {
    this.state.phase = "working";
    let isWell = true;
    if (this.records.isDue(now)) isWell = await this.attempt(this.records, () => this.syncRecords());
    if (isWell && this.files.isDue(now)) await this.attempt(this.files, () => this.syncFiles());
    if (this.state.phase === "working") await this.tidy().catch(() => undefined);
    if (this.state.phase === "working") this.state.phase = "idle";
  }

  private async attempt(pace: Pace, act: () => Promise<void>): Promise<boolean> {
    try {
      await act();
      pace.wentWell(this.nowS());
      return true;
    } catch (fault) {
      pace.failed(this.nowS(), jitter(this.senses));
      if (fault instanceof Refused) Object.assign(this.state, { phase: "refused", refusal: String(fault.problem["type"] ?? fault.status) });
      else if (fault instanceof NoProgress) this.state.phase = "working";
      else if (fault instanceof NoNetwork) this.state.phase = "offline";
      else if (!(fault instanceof Locked || fault instanceof NotEnrolled)) throw fault;
      return false;
    }
  }

  private async syncRecords(): Promise<void> {
    try {
      await this.client.syncRecords();
    } catch (fault) {
      if (!(fault instanceof Refused)) throw fault;
      await this.heedRefusal(fault);
    }
    this.state.refusal = "";
    await this.store.put({ last_sync_at: this.senses.now() });
    await this.notePlans();
  }

  /** A new epoch begins again; a revoked phone and an app too old hand in what they hold, then the refusal stands. */
  private async heedRefusal(refusal: Refused): Promise<void> {
    const { status, problem } = refusal;
    if (status === GONE) {
      await this.store.startAgain(String(problem["epoch"] ?? ""));
      return this.client.syncRecords();
    }
    if (problem["wipe"]) {
      const epoch = String(problem["epoch"] ?? "");
      if (epoch && epoch !== (await this.store.get("epoch"))) await this.store.startAgain(epoch);
      await this.handIn().finally(() => this.session.wipe());
    }
    if (status === TOO_OLD) {
      this.state.needsNewApp = true;
      await this.handIn();
    }
    if (status === NOT_SIGNED_IN) await this.store.put({ token_unknown: true });
    throw refusal;
  }

  private async handIn(): Promise<void> {
    await this.client.push();
    await this.upload();
  }

  private async syncFiles(): Promise<void> {
    const uploaded = (await this.maySendPhotos()) ? await this.upload() : 0;
    if (uploaded || this.client.isBehindInAcks) await this.client.pull("acks");
    this.client.isBehindInAcks = false;
    if (!this.session.isOpen) return;
    await fetchPapers((method, path) => this.client.call(method, path), this.store, this.session.pinKey(), await this.documents.all("papers"));
  }

  /** Records always go; photos may have to wait for Wi-Fi. A browser that cannot tell what it is on holds nothing back. */
  private async maySendPhotos(): Promise<boolean> {
    const isWanted = (await this.store.note.get("prefer/wifi_only"))?.value === true;
    const line = (globalThis.navigator as { connection?: { type?: string } } | undefined)?.connection?.type;
    const { files } = await this.store.unsent();
    this.state.holdsPhotos = isWanted && line === "cellular" && files > 0;
    return !(isWanted && line === "cellular");
  }

  private async upload(): Promise<number> {
    const call = this.client.call.bind(this.client);
    return uploadAll({ store: this.store, key: await this.session.deviceKey(), call, recordsFirst: () => this.client.pushNew() });
  }

  /** Remember which plans are here: the next head tells them. */
  private async notePlans(): Promise<void> {
    if (!this.session.isOpen) return;
    const plans = new Map((await this.documents.all("stops")).map((stop) => [stop.scheme_id, stop.plan_version]));
    await this.store.put({ plans: [...plans].sort().map(([scheme, version]) => `${scheme}@${version}`).join(",") });
  }

  private nowS(): number {
    return this.senses.monoMs() / 1000;
  }
}

/** Run an act unless another tab runs it; tell whether it was run. */
async function alone(act: () => Promise<void>): Promise<boolean> {
  if (!globalThis.navigator?.locks) return act().then(() => true);
  return navigator.locks.request("doorstep.sync", { ifAvailable: true }, async (lock) => {
    if (lock) await act();
    return lock !== null;
  });
}
