// What the office sent: stops, cards, papers, forms, rules, messages; read by the screens, replaced by the next pull.
// What the phone knows by itself of a stop stands beside it and is joined here.

import type { Session } from "./session";
import type { Coll, Store } from "./store";
import { open, openJson } from "./vault";

/** A place in degrees, as pulled: the server turns all of them into WGS-84; caution tells what to beware of about the point. */
export interface Place {
  lon: number;
  lat: number;
  datum: "WGS-84";
  precision: string;
  caution: string;
}

/** A visit of the plan, as pulled. */
export interface StopDocument {
  id: string;
  case_id: string;
  scheme_id: string;
  scheme_serial: string;
  crew: string;
  vehicle: string;
  day: string | null; // YYYY-MM-DD
  seq: number | null;
  plan_version: number;
  arrive_at: string | null;
  depart_at: string | null;
  windows: { on: string | null; from: string; until: string }[]; // agreed with the debtor
  service_min: number;
  agents: string[];
  place: Place | null;
  materials: unknown[];
  papers: string[];
  rules: string;
  note: string;
  state: string;
  leaves_at?: string | null; // when this phone forgets the visit
}

/** The dossier of one visit, as pulled; its id is the stop's. Money in fen. */
export interface CardDocument {
  id: string;
  stop_id: string;
  case_id: string;
  case_no: string;
  debtor: { kind: string; name: string; id_kind: string; id_masked: string; languages: string[]; phone?: string }; // phone: the debtor's own; empty while nobody may call
  address: { kind: string; text: string; district: string; access_note: string; risk_level: string } | null;
  place: Place | null;
  debt: {
    creditor: string; commission_no: string; product: string; contract_tail: string; principal_fen: number;
    interest_fen: number; penalty_interest_fen: number; penalty_fen: number; fees_fen: number; outstanding_fen: number;
    as_of: string | null; overdue_on: string | null;
  };
  history: { broken_promises: number; contact_result: string; last_visit_on: string | null };
  calls?: { on: string; reached: number; unanswered: number }; // of that day, whoever called
  reasons: unknown;
  flags: string[];
  do_not: { code: string; text: { zh: string; en: string } }[];
  frozen: string[]; // stop flags (停访标志): while there is one, nobody visits
  note: string;
  firm_phone?: string; // the line of the firm that a contact slip may name
}

/** A paper to show (单据), as pulled. */
export interface PaperDocument {
  id: string;
  kind: string;
  serial: string;
  sha256: string;
  template: string;
  version: number;
  case_id: string | null;
  issued_at: string;
}

/** A published field form, as pulled; document is the shape of field_forms. */
export interface FormDocument {
  id: string;
  form_id: string;
  version: string;
  digest: string;
  document: any;
}

/** A rule pack, as pulled. */
export interface RulesDocument {
  id: string;
  version: string;
  digest: string;
  document: any;
}

/** A word from the office (通知): accepted, returned (退回更正), retake (重拍) and others. */
export interface MessageDocument {
  id: string;
  kind: string;
  visit_id: string;
  stop_id: string | null;
  case_id: string | null;
  from: string;
  text: string;
  sent_at: string;
}

/** What this phone did at a stop. */
export type LocalState = "none" | "draft" | "done_here" | "sent";

/** A line of the day's list. */
export interface TodayStop {
  stop: StopDocument;
  card: CardDocument | undefined;
  local: LocalState;
}

interface Shapes {
  stops: StopDocument;
  cards: CardDocument;
  papers: PaperDocument;
  forms: FormDocument;
  rules: RulesDocument;
  messages: MessageDocument;
}

/** Reads what was pulled. Everything throws Locked while the PIN was not given. */
export class Documents {
  private readonly cache = new WeakMap<CryptoKey, Map<string, { sealed: string; value: unknown }>>();

  constructor(private readonly store: Store, private readonly session: Session) {}

  /** Return the visits of a day (YYYY-MM-DD), or all there are, in the order of the route. */
  async today(day?: string): Promise<TodayStop[]> {
    const [stops, cards] = [await this.all("stops"), new Map((await this.all("cards")).map((card) => [card.id, card]))];
    const local = await this.localStates();
    const mine = stops.filter((stop) => day === undefined || stop.day === day);
    mine.sort((a, b) => (a.day ?? "9").localeCompare(b.day ?? "9") || (a.seq ?? 1e9) - (b.seq ?? 1e9));
    return mine.map((stop) => ({ stop, card: cards.get(stop.id), local: local.get(stop.id) ?? "none" }));
  }

  /** Return every document of a collection. */
  async all<C extends keyof Shapes>(coll: C): Promise<Shapes[C][]> {
    const rows = await this.store.document.where("coll").equals(coll).toArray();
    return Promise.all(rows.map((row) => this.opened<Shapes[C]>(row.coll, row.id, row.sealed)));
  }

  /** Return one document, undefined when it is not, or no longer, this phone's. */
  async one<C extends keyof Shapes>(coll: C, id: string): Promise<Shapes[C] | undefined> {
    const row = await this.store.document.get([coll, id]);
    return row && this.opened<Shapes[C]>(coll, id, row.sealed);
  }

  /** Return the PDF of a paper, undefined while it was not fetched. Its bytes had the hash its document tells. */
  async pdf(paperId: string): Promise<ArrayBuffer | undefined> {
    const key = this.session.pinKey();
    const row = await this.store.paper.get(paperId);
    return row && open(key, row.sealed);
  }

  private async localStates(): Promise<Map<string, LocalState>> {
    const notes = await this.store.note.where("id").startsWith("visited/").toArray();
    const states = new Map<string, LocalState>();
    for (const { id, value } of notes) {
      const waits = await this.store.record.where("subject").equals((value as { visit: string }).visit).and((row) => row.state === "waiting").count();
      states.set(id.slice("visited/".length), waits ? "done_here" : "sent");
    }
    for (const { stop } of await this.store.draft.toArray()) states.set(stop, "draft");
    return states;
  }

  /** Opened documents are kept as long as the key they were opened with. */
  private async opened<T>(coll: Coll, id: string, sealed: ArrayBuffer): Promise<T> {
    const key = this.session.pinKey();
    const kept = this.cache.get(key) ?? new Map();
    this.cache.set(key, kept);
    const name = `${coll}/${id}`;
    const mark = String(new Uint8Array(sealed, 0, 12)); // the random bytes of this very sealing
    const known = kept.get(name);
    if (known?.sealed === mark) return known.value as T;
    const value = await openJson<T>(key, sealed);
    kept.set(name, { sealed: mark, value });
    return value;
  }
}
