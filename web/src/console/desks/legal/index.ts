import type { Desk } from "../../shell/desks";

export default {
  title: ["法务", "Legal"],
  order: 4,
  roles: ["legal", "manager", "compliance", "auditor"],
  path: "/legal",
  routes: [
    { path: "/legal", component: () => import("./LegalCases.vue") },
    { path: "/legal/deadlines", component: () => import("./DeadlineList.vue") },
    { path: "/legal/cases/:id", component: () => import("./LegalCase.vue"), props: true },
  ],
} satisfies Desk;
