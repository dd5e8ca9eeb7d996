// A visit under way (草稿): kept as it is typed, and before the camera opens, so that a phone may die at any moment.
// The draft keeps the version of the form it was begun with.

import { reactive, watch, type WatchStopHandle } from "vue";
import { writeTime, type FileRef } from "@shared/envelope";
import { newId, type Senses } from "./senses";
import type { StopDocument } from "./documents";
import type { Session } from "./session";
import type { Store } from "./store";
import type { Fix } from "./position";
import { openJson, sealJson } from "./vault";

const SAVE_AFTER_MS = 300;

/** A photo of the draft; the hash that binds is `sha256`, that of the bytes to be sent. */
export interface DraftPhoto extends FileRef {
  shows: string;
  taken_at: string;
  fix: Fix | null;
  original_sha256: string;
  original_bytes: number;
  paper_serial?: string;
}

/** What a draft holds. `answers` and `screen` belong to the screens and may hold any JSON. */
export interface DraftContent {
  visit_id: string;
  stop_id: string;
  case_id: string;
  agents: string[];
  plan_version: number;
  begun_at: string;
  arrived: boolean; // check_in was signed
  form: { id: string; version: string; digest: string } | null;
  answers: Record<string, any>;
  photos: DraftPhoto[];
  screen: Record<string, any>;
}

/** The draft open on the screen. Change `content` freely: it is saved 300 ms after the last change. */
export interface Draft {
  readonly content: DraftContent;
  /** Save now; await it before the camera opens or the page goes. */
  flush(): Promise<void>;
  /** Stop watching (after a last save): the screen is left. */
  close(): Promise<void>;
}

/** Where a visit begins: what a draft needs of the stop. */
export type BegunAt = Pick<StopDocument, "id" | "case_id" | "agents" | "plan_version">;

/** Opens and keeps drafts. */
export class Drafts {
  private readonly opened = new Map<string, Draft>();
  private readonly opening = new Map<string, Promise<Draft>>();
  private readonly closing = new Map<string, Promise<void>>();

  constructor(private readonly store: Store, private readonly session: Session, private readonly senses: Senses) {}

  /** Return the draft of a stop: the one begun before, else a new one. Throws Locked. */
  open(stop: BegunAt): Promise<Draft> {
    const known = this.opening.get(stop.id) ?? this.begin(stop).finally(() => this.opening.delete(stop.id));
    this.opening.set(stop.id, known);
    return known;
  }

  private async begin(stop: BegunAt): Promise<Draft> {
    // Left and come back to at once: what the last save is about to forget must not be handed out again.
    await this.closing.get(stop.id)?.catch(() => undefined);
    const known = this.opened.get(stop.id);
    if (known) return known;
    const row = await this.store.draft.where("stop").equals(stop.id).first();
    const begun: DraftContent = {
      visit_id: newId(this.senses), stop_id: stop.id, case_id: stop.case_id, agents: [...stop.agents], plan_version: stop.plan_version,
      begun_at: writeTime(this.senses.now()), arrived: false, form: null, answers: {}, photos: [], screen: {},
    };
    const draft = this.watched(row ? await openJson<DraftContent>(this.session.pinKey(), row.sealed) : begun);
    if (!row) await draft.flush();
    return draft;
  }

  /** Return which stops have a draft. */
  async stops(): Promise<string[]> {
    return (await this.store.draft.toArray()).map((row) => row.stop);
  }

  /** Delete a draft and its photos; for a visit whose arrival was signed this leaves the signed records. */
  async discard(draft: Draft): Promise<void> {
    const { visit_id, stop_id } = draft.content;
    this.forget(stop_id);
    await this.store.transaction("rw", [this.store.draft, this.store.media, this.store.bytes], async () => {
      const photos = await this.store.media.where("visit").equals(visit_id).and((row) => row.state === "draft").primaryKeys();
      await this.store.bytes.bulkDelete(photos);
      await this.store.media.bulkDelete(photos);
      await this.store.draft.delete(visit_id);
    });
  }

  /** Save every open draft now: the page is about to go. */
  async flushAll(): Promise<void> {
    await Promise.all([...this.opened.values()].map((draft) => draft.flush().catch(() => undefined)));
  }

  /** The draft became records: save it no more. */
  forget(stopId: string): void {
    stops.get(this.opened.get(stopId) as Draft)?.();
    this.opened.delete(stopId);
  }

  /** Drop every open draft from memory: the app was locked. Saved is what was saved; call flushAll first. */
  forgetAll(): void {
    for (const stopId of [...this.opened.keys()]) this.forget(stopId);
  }

  private watched(begun: DraftContent): Draft {
    const content = reactive(begun) as DraftContent;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let saving = Promise.resolve();
    let isOver = false;
    const save = async () => {
      if (isOver) return;
      const sealed = await sealJson(this.session.pinKey(), content);
      if (!isOver) await this.store.draft.put({ visit: content.visit_id, stop: content.stop_id, updated_at: writeTime(this.senses.now()), sealed });
    };
    const flush = () => {
      clearTimeout(timer);
      saving = saving.catch(() => undefined).then(save);
      return saving;
    };
    const later = () => {
      clearTimeout(timer);
      timer = setTimeout(() => void flush().catch(() => undefined), SAVE_AFTER_MS);
    };
    const stop: WatchStopHandle = watch(content, later, { deep: true, flush: "sync" });
    const close = () => {
      const done = flush().then(() => this.forget(content.stop_id)).finally(() => this.closing.delete(content.stop_id));
      this.closing.set(content.stop_id, done);
      return done;
    };
    const draft: Draft = { content, flush, close };
    stops.set(draft, () => {
      isOver = true;
      clearTimeout(timer);
      stop();
    });
    this.opened.set(content.stop_id, draft);
    return draft;
  }
}

const stops = new WeakMap<Draft, () => void>();
