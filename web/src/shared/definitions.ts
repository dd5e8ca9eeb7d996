// Field forms as the server publishes them: the twin of field_forms/definitions.py. The server has checked a document;
// a phone holds it to its digest and takes it as it is.

import type { Tree } from "./expressions";

export const MAX_ROWS = 60;

export type Kind =
  | "text"
  | "integer"
  | "decimal"
  | "date"
  | "select_one"
  | "select_many"
  | "acknowledge"
  | "geopoint"
  | "image"
  | "note"
  | "calculate"
  | "group"
  | "repeat";
export type Label = { zh: string; en: string };
export type Language = keyof Label;

/** One answer to choose, offered only while `when` holds (always, when absent). */
export interface Choice {
  value: string;
  label: Label;
  when?: Tree;
}

/** One question, group or repeat with its rules as trees. */
export interface Item {
  name: string;
  type: Kind;
  label: Label;
  hint?: Label;
  appearance?: string;
  unit?: string;
  required?: Tree;
  relevant?: Tree;
  constraint?: Tree;
  constraint_message?: Label;
  calculation?: Tree;
  choices?: string;
  items?: Item[];
  least?: number;
  most?: number;
}

/** One version of a form. */
export interface Form {
  format: "doorstep.form/1";
  id: string;
  version: string;
  title: Label;
  reveals_debt: Tree;
  choices: { [name: string]: Choice[] };
  items: Item[];
}

/** Yield every item in the order of the document, those inside groups and repeats too. */
export function* walk(items: Item[]): Generator<Item> {
  for (const item of items) {
    yield item;
    yield* walk(item.items ?? []);
  }
}
