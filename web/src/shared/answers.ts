// Is this set of answers complete and lawful for its form? The twin of field_forms/answers.py.
// One pass settles relevance, calculations and types; a second judges what is required and every constraint.

import { type Choice, type Form, type Item, type Kind, type Language, MAX_ROWS } from "./definitions";
import {
  type Answers,
  day,
  evaluate,
  length,
  MAX_MATCHED,
  number,
  type Scope,
  type Tree,
  type Value,
} from "./expressions";

export type FlawKind = "required" | "type" | "choice" | "constraint" | "count" | "pruned" | "unknown";

/** One thing wrong: an RFC 6901 pointer into the answers, the kind and words for people. */
export interface Flaw {
  pointer: string;
  kind: FlawKind;
  message: string;
}

/** Answers as the form takes them, what is wrong with them, and whether the debt is allowed on the screen. */
export interface Checked {
  answers: Answers;
  flaws: Flaw[];
  revealsDebt: boolean;
  /** Tell whether a question, group or repeat is to be asked; `at` is the pointer of the row it stands in. */
  isAsked: (name: string, at?: string) => boolean;
  /** Return the choices that are offered at present. */
  offered: (item: Item, row?: Answers | null) => Choice[];
}

const MAX_TEXT = 2000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const MESSAGES: Record<Language, Record<FlawKind, string>> = {
  zh: {
    required: "必填",
    type: "格式不对",
    choice: "不在可选项中",
    constraint: "不符合规则",
    count: "行数不对",
    pruned: "此情形下不应填写",
    unknown: "表单中没有此项",
  },
  en: {
    required: "an answer is required",
    type: "the answer has another shape",
    choice: "not among the choices offered",
    constraint: "breaks the rule of the question",
    count: "too few or too many rows",
    pruned: "was not to be asked here",
    unknown: "the form has no such question",
  },
};

const isObject = (raw: unknown): raw is Answers => typeof raw === "object" && raw !== null && !Array.isArray(raw);
const isText = (raw: unknown): raw is string => typeof raw === "string" && length(raw) <= MAX_TEXT;

/** Tell whether this counts as no answer. */
export function isEmpty(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    value === "" ||
    (typeof value === "object" && Object.keys(value).length === 0)
  );
}

/** Return the RFC 6901 pointer of a member, cut to a length that fits a screen. */
export function pointer(at: string, name: string): string {
  return `${at}/${[...name].slice(0, 80).join("").replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

function isFix(raw: Value): boolean {
  if (!isObject(raw) || !["WGS-84", "GCJ-02", "BD-09"].includes(raw.datum as string)) return false;
  const bounds: [string, number][] = [
    ["lon_e6", 180e6],
    ["lat_e6", 90e6],
    ["accuracy_m", 1e6],
  ];
  return bounds.every(([name, most]) => Number.isInteger(raw[name]) && Math.abs(raw[name] as number) <= most);
}

const SHAPES: { [kind in Kind]?: (raw: Value) => boolean } = {
  text: isText,
  integer: (raw) => Number.isSafeInteger(raw),
  decimal: (raw) => typeof raw === "string" && number(raw) !== null,
  date: (raw) => day(raw) !== null,
  select_one: isText,
  select_many: (raw) => Array.isArray(raw) && raw.length <= MAX_TEXT && raw.every((one) => typeof one === "string"),
  acknowledge: (raw) => raw === true,
  geopoint: isFix,
  image: (raw) => typeof raw === "string" && UUID.test(raw),
};

/** Tell whether an answer that is not empty has the shape its question takes. */
export const fits = (kind: Kind, raw: Value): boolean => SHAPES[kind]?.(raw) ?? false;

/** Return pruned answers and every flaw. `today` is the date of the visit in Asia/Shanghai, YYYY-MM-DD. */
export function check(form: Form, given: unknown, { today, language }: { today: string; language: Language }): Checked {
  const answers: Answers = {};
  const flaws: Flaw[] = [];
  const asked = new Set<string>();
  const key = (at: string, name: string): string => `${at} ${name}`;
  const fault = (at: string, kind: FlawKind, message?: string): void => {
    flaws.push({ pointer: at, kind, message: message || MESSAGES[language][kind] });
  };
  const holds = (tree: Tree | undefined, row?: Answers | null, own: Value = null): boolean => {
    const scope: Scope = { answers, today, row, own };
    return evaluate(tree ?? null, scope) === true;
  };
  const offered = (item: Item, row?: Answers | null): Choice[] =>
    (form.choices[item.choices ?? ""] ?? []).filter(({ when }) => (when ?? null) === null || holds(when, row));

  function read(items: Item[], from: Answers, into: Answers, row: Answers | null, at: string, isShown: boolean): void {
    for (const item of items) {
      const isAsked = isShown && ((item.relevant ?? null) === null || holds(item.relevant, row));
      if (isAsked) asked.add(key(at, item.name));
      if (item.type === "group") {
        read(item.items!, from, into, row, at, isAsked);
        continue;
      }
      const where = pointer(at, item.name);
      const raw = Object.hasOwn(from, item.name) ? (from[item.name] ?? null) : null;
      if (isAsked) {
        const value = settle(item, raw, row, where);
        if (value !== null) into[item.name] = value;
      } else if (!isEmpty(raw) && item.type !== "calculate") fault(where, "pruned");
    }
  }

  function settle(item: Item, raw: Value, row: Answers | null, where: string): Value {
    if (item.type === "calculate") return evaluate(item.calculation ?? null, { answers, today, row });
    if (isEmpty(raw)) return null;
    if (item.type === "repeat") return rows(item, raw, where);
    if (!fits(item.type, raw)) {
      fault(where, "type");
      return null;
    }
    return item.choices ? chosen(item, raw, row, where) : raw;
  }

  function rows(item: Item, raw: Value, where: string): Value {
    if (!Array.isArray(raw)) {
      fault(where, "type");
      return null;
    }
    const most = item.most ?? MAX_ROWS;
    const found = raw.slice(0, most).map((one, number) => {
      const row: Answers = {};
      const at = `${where}/${number}`;
      if (isObject(one)) {
        read(item.items!, one, row, row, at, true);
        reportUnknown(item.items!, one, at);
      } else fault(at, "type");
      return row;
    });
    if (raw.length > most) fault(where, "count");
    return found;
  }

  function chosen(item: Item, raw: Value, row: Answers | null, where: string): Value {
    const wanted = Array.isArray(raw) ? raw : [raw];
    const kept = offered(item, row)
      .map((choice) => choice.value)
      .filter((value) => wanted.includes(value));
    if (kept.length !== wanted.length) fault(where, "choice");
    if (Array.isArray(raw)) return kept.length ? kept : null;
    return kept.length ? raw : null;
  }

  function levelNames(items: Item[]): string[] {
    return items.flatMap((item) => (item.type === "group" ? levelNames(item.items!) : item.name));
  }

  function reportUnknown(items: Item[], from: Answers, at: string): void {
    const known = new Set(levelNames(items));
    const strangers = Object.keys(from).filter((name) => !known.has(name));
    for (const name of strangers.slice(0, MAX_MATCHED)) fault(pointer(at, name), "unknown");
  }

  function judge(items: Item[], from: Answers, row: Answers | null, at: string): void {
    for (const item of items) {
      if (item.type === "group") judge(item.items!, from, row, at);
      else if (asked.has(key(at, item.name))) judgeOne(item, from[item.name] ?? null, row, pointer(at, item.name));
    }
  }

  function judgeOne(item: Item, value: Value, row: Answers | null, where: string): void {
    if (item.type === "repeat") {
      const found = (value ?? []) as Answers[];
      found.forEach((inner, number) => judge(item.items!, inner, inner, `${where}/${number}`));
      if (found.length < (item.least ?? 0)) fault(where, "count");
    }
    if (value === null) {
      if (holds(item.required, row) && !flaws.some((flaw) => flaw.pointer === where)) fault(where, "required");
    } else if ((item.constraint ?? null) !== null && !holds(item.constraint, row, value)) {
      fault(where, "constraint", item.constraint_message?.[language]);
    }
  }

  if (!isObject(given)) fault("", "type");
  const from = isObject(given) ? given : {};
  read(form.items, from, answers, null, "", true);
  reportUnknown(form.items, from, "");
  judge(form.items, answers, null, "");
  return {
    answers,
    flaws,
    offered,
    revealsDebt: holds(form.reveals_debt),
    isAsked: (name, at = "") => asked.has(key(at, name)),
  };
}
