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
  /** Whose day begins here: for them it stands at the head of the menu. */
  first?: readonly Role[];
  /** Whoever holds a signature lent by the manager has it in the menu too. */
  isLent?: boolean;
  /** The address the menu leads to; without one the desk has pages only (details that other desks open). */
  path?: string;
  routes: RouteRecordRaw[];
}

const found = import.meta.glob<{ default: Desk }>("../desks/*/index.ts", { eager: true });

export const DESKS: Desk[] = Object.values(found).map((module) => module.default).sort((a, b) => a.order - b.order);

/** The desks in the menu of somebody with these roles, his own first. */
export function menuOf(roles: readonly Role[], lent: boolean): Desk[] {
  const any = (wanted: readonly Role[] = []) => wanted.some((role) => roles.includes(role));
  const mine = DESKS.filter((desk) => desk.path && (any(desk.roles) || (lent && desk.isLent)));
  return [...mine.filter((desk) => any(desk.first)), ...mine.filter((desk) => !any(desk.first))];
}
