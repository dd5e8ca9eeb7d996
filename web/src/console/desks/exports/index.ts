import type { Desk } from "../../shell/desks";

export default {
  title: ["数据导出", "Data exports"],
  order: 43,
  roles: ["specialist", "supervisor", "manager", "legal", "compliance", "auditor"],
  path: "/exports",
  routes: [
    { path: "/exports", component: () => import("./ExportList.vue") },
    { path: "/exports/new", component: () => import("./ExportNew.vue"), meta: { roles: ["specialist", "supervisor", "manager", "legal", "compliance"] } },
    { path: "/exports/:id", component: () => import("./ExportPage.vue"), props: true },
  ],
} satisfies Desk;
