import type { Desk } from "../../shell/desks";

export default {
  title: ["案件", "Cases"],
  order: 20,
  roles: ["specialist", "supervisor", "manager", "legal", "compliance", "auditor"],
  path: "/cases",
  routes: [
    { path: "/cases", component: () => import("./CaseList.vue") },
    { path: "/cases/:id", component: () => import("./CasePage.vue"), props: true },
  ],
} satisfies Desk;
