// Words in Chinese and English, switchable while the console runs. Every folder keeps its own table beside its screens.

import { ref, watch } from "vue";

export type Language = "zh" | "en";
export type Words = Record<string, readonly [zh: string, en: string]>;

const KEPT = "doorstep.language";

/** The language of the screens; Chinese unless somebody chose otherwise. */
export const language = ref<Language>(localStorage.getItem(KEPT) === "en" ? "en" : "zh");

watch(language, (now) => {
  localStorage.setItem(KEPT, now);
  document.documentElement.lang = now === "zh" ? "zh-CN" : "en";
}, { immediate: true });

/** Return the text of a pair in the language of the screens. */
export const said = (pair: readonly [string, string]): string => pair[language.value === "zh" ? 0 : 1];

/** Return a `t` over one table: `t("key", {name: 1})` replaces `{name}` in the word. */
export function words<Table extends Words>(table: Table) {
  return (key: keyof Table, told: Record<string, string | number> = {}): string =>
    said(table[key]!).replace(/\{(\w+)\}/g, (_, name: string) => String(told[name] ?? ""));
}

/** Return the word of a code that the server sends, or the code itself where no table knows it. */
export const wordOf = (table: Words, code: string | null | undefined): string =>
  code == null ? "" : table[code] ? said(table[code]) : code;
