// The time now, for pages that say how long ago something was.

import { onBeforeUnmount, ref } from "vue";
import { language } from "../words/t";

/** Return the time in milliseconds, renewed while the page is open; `then` is called each time the page is visible. */
export function useNow(everyMs: number, then: () => void = () => {}) {
  const now = ref(Date.now());
  const timer = setInterval(() => {
    now.value = Date.now();
    if (!document.hidden) then();
  }, everyMs);
  onBeforeUnmount(() => clearInterval(timer));
  return now;
}

/** Return how long ago an instant was: 5 分钟前, 5 min ago; a dash for never. */
export function ago(iso: string | null | undefined, now: number): string {
  if (!iso) return "—";
  const minutes = Math.max(0, Math.round((now - Date.parse(iso)) / 60_000));
  const [count, zh, en] = minutes < 60 ? [minutes, "分钟", "min"] : minutes < 48 * 60 ? [Math.round(minutes / 60), "小时", "h"] : [Math.round(minutes / 1440), "天", "d"];
  return language.value === "zh" ? `${count} ${zh}前` : `${count} ${en} ago`;
}
