// Personal data shown in full goes out of sight again by itself: a screen left open tells nobody anything.

import { onUnmounted, ref, shallowRef } from "vue";
import type { Schemas } from "../../api/client";

const FOR_S = 120;

/** What is shown in full now, and for how many seconds more. */
export function useRevealed() {
  const data = shallowRef<Schemas["cases.UnmaskedOut"] | null>(null);
  const left = ref(0);
  let timer = 0;

  function hide() {
    clearInterval(timer);
    data.value = null;
  }
  function show(now: Schemas["cases.UnmaskedOut"]) {
    clearInterval(timer);
    [data.value, left.value] = [now, FOR_S];
    timer = window.setInterval(() => { if (--left.value <= 0) hide(); }, 1_000);
  }
  onUnmounted(hide);
  return { data, left, show, hide };
}
