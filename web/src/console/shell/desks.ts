// The desks: every folder below desks/ says in its index.ts what it adds to the menu, and for whom.

import type { RouteRecordRaw } from "vue-router";
import type { Role } from "../words/roles";

export interface Desk {
  /** The name in the menu, Chinese and English; also the section of its pages. */
  title: readonly [zh: string, en: string];
  /** Place in the menu, smallest first. */
  order: number;
  /** Who sees it. */
  roles: readonly Role[];
  /** The address the menu leads to; without one the desk has pages only (details that other desks open). */
  path?: string;
  routes: RouteRecordRaw[];
}

const found = import.meta.glob<{ default: Desk }>("../desks/*/index.ts", { eager: true });

export const DESKS: Desk[] = Object.values(found).map((module) => module.default).sort((a, b) => a.order - b.order);
