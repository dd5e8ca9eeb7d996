// The app's words in Chinese and English, switchable while it runs.

import { ref, watch } from "vue";
import type { Language } from "@shared/definitions";
import { WORDS } from "./words";

const KEPT = "doorstep.language";

/** The language of the screens; Chinese unless somebody chose otherwise. */
export const language = ref<Language>(localStorage.getItem(KEPT) === "en" ? "en" : "zh");

watch(language, (now) => {
  localStorage.setItem(KEPT, now);
  document.documentElement.lang = now === "zh" ? "zh-CN" : "en";
}, { immediate: true });

// What another tab chose counts here too.
addEventListener("storage", ({ key, newValue }) => key === KEPT && (language.value = newValue === "en" ? "en" : "zh"));

/** Return a word of the screens; `{name}` in it is replaced by what `told` gives. */
export function t(word: keyof typeof WORDS, told: Record<string, string | number> = {}): string {
  const text = WORDS[word][language.value === "zh" ? 0 : 1];
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(told[name] ?? ""));
}

/** Return the text of a bilingual label. */
export const of = (label: { zh: string; en: string } | undefined): string => label?.[language.value] ?? "";
