// Light and dark: as the system has it, unless the reader chose otherwise.

import { ref, watchEffect } from "vue";

const KEPT = "doorstep.theme";
const system = matchMedia("(prefers-color-scheme: dark)");
const chosen = ref(localStorage.getItem(KEPT));
const isSystemDark = ref(system.matches);

/** Tell whether the screens are dark now. */
export const isDark = (): boolean => (chosen.value ? chosen.value === "dark" : isSystemDark.value);

/** Keep the document's theme in step with the choice and with the system. */
export function followTheme(): void {
  system.addEventListener("change", (now) => { isSystemDark.value = now.matches; });
  watchEffect(() => document.documentElement.classList.toggle("dark", isDark()));
}

/** Switch between light and dark and remember it. */
export function switchTheme(): void {
  chosen.value = isDark() ? "light" : "dark";
  localStorage.setItem(KEPT, chosen.value);
}
