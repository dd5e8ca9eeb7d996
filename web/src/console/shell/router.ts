// The addresses of the console. A page names its title and who may open it in its desk.

import { createRouter, createWebHistory, type Router } from "vue-router";
import type { Role } from "../words/roles";
import { said } from "../words/t";
import { DESKS, menuOf } from "./desks";
import { session } from "./session";
import Missing from "./Missing.vue";
import Start from "./Start.vue";

export function makeRouter(): Router {
  const router = createRouter({
    history: createWebHistory("/console/"),
    scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
    routes: [
      { path: "/", component: Start },
      ...DESKS.flatMap((desk) => desk.routes.map((route) => ({ ...route, meta: { title: desk.title, desk: desk.path, roles: desk.roles, ...route.meta } }))),
      { path: "/:rest(.*)*", component: Missing },
    ],
  });
  router.afterEach((to) => {
    const title = to.meta.title as readonly [string, string] | undefined;
    document.title = title ? `${said(title)} · 外访通` : "外访通";
  });
  return router;
}

/** The first desk of whoever is signed in. */
export const firstPath = (): string => menuOf((session.me.value?.roles ?? []) as Role[], false)[0]?.path ?? "/";
