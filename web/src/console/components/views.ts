// Saved views (常用视图): filters and columns of a list under a name, kept for the person in this browser.

import { ref, type Ref } from "vue";
import { session } from "../shell/session";

export interface View { name: string; query: Record<string, string>; columns: string[] }

const MOST = 30;
const key = (list: string) => `doorstep.views.${session.me.value?.person?.id ?? ""}.${list}`;
const read = (list: string): View[] => {
  try {
    return JSON.parse(localStorage.getItem(key(list)) ?? "[]") as View[];
  } catch {
    return [];
  }
};

/** The saved views of a list, newest first. */
export function useViews(list: string): { views: Ref<View[]>; add: (view: View) => void; drop: (name: string) => View | undefined } {
  const views = ref(read(list));
  const write = (now: View[]) => { views.value = now.slice(0, MOST); localStorage.setItem(key(list), JSON.stringify(views.value)); };
  return {
    views,
    add: (view) => write([view, ...views.value.filter((one) => one.name !== view.name)]),
    drop: (name) => {
      const gone = views.value.find((one) => one.name === name);
      write(views.value.filter((one) => one.name !== name));
      return gone;
    },
  };
}

const columnsKey = (list: string) => `doorstep.columns.${list}`;

/** The columns shown in a list: those chosen last time, at first all but the extra ones. */
export function useChosen(list: string, all: { key: string; isExtra?: boolean }[]): Ref<string[]> {
  const kept = localStorage.getItem(columnsKey(list));
  const known = new Set(all.map((one) => one.key));
  const chosen = kept ? kept.split(",").filter((one) => known.has(one)) : [];
  return ref(chosen.length ? chosen : all.filter((one) => !one.isExtra).map((one) => one.key));
}

/** Remember which columns are shown. */
export const rememberChosen = (list: string, chosen: string[]): void => localStorage.setItem(columnsKey(list), chosen.join(","));
