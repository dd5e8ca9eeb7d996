import type { Desk } from "../../shell/desks";

export default {
  title: ["导入", "Imports"],
  order: 10,
  roles: ["specialist", "supervisor", "manager", "legal", "compliance", "auditor"],
  path: "/imports",
  routes: [
    { path: "/imports", component: () => import("./ImportList.vue") },
    { path: "/imports/new", component: () => import("./ImportNew.vue"), meta: { roles: ["specialist", "supervisor"] } },
    { path: "/imports/:kind(cases|payments)/:id", component: () => import("./ImportPage.vue"), props: true },
  ],
} satisfies Desk;
