// What the server holds against a text, by clause, in the reader's words.

import { Problem } from "../../api/problems";
import { t } from "./words";

export type Faults = Record<string, string[]>;
interface Told { pointer?: string; detail?: string; code?: string; value?: string }
const HEAD = "/clauses/";
const FIELDS = "{debtor} {creditor} {product} {contract} {total} {as_of} {until}";

/** Return the faults of a refusal clause by clause; null where it is of something else. */
export function faultsOf(refused: unknown, kind: string): Faults | null {
  const told = refused instanceof Problem ? (refused.errors as Told[]).filter((one) => one.pointer?.startsWith(HEAD)) : [];
  if (!told.length) return null;
  const found: Faults = {};
  for (const one of told) (found[one.pointer!.slice(HEAD.length).replaceAll("~1", "/").replaceAll("~0", "~")] ??= []).push(wording(one, kind));
  return found;
}

function wording(one: Told, kind: string): string {
  if (one.code === "field-unknown") {
    const value = /^[{}｛｝]$/.test(one.value ?? "") ? one.value! : `{${one.value}}`;
    return kind === "lawyers_letter" ? t("fault_field", { value, known: FIELDS }) : t("fault_no_fields", { value });
  }
  if (one.code === "character-unprintable") return t("fault_character", { value: characterOf(one.value ?? "") });
  return one.code === "clauses-differ" ? t("fault_empty") : (one.detail ?? "");
}
const characterOf = (code: string) => (/^U\+[0-9A-F]{4,6}$/.test(code) ? `${String.fromCodePoint(Number.parseInt(code.slice(2), 16))} ${code}` : code);
