import type { Desk } from "../../shell/desks";

export default {
  title: ["管理决策", "Decisions"],
  order: 3,
  roles: ["manager", "compliance", "auditor"],
  path: "/decisions",
  routes: [
    { path: "/decisions", component: () => import("./DecisionList.vue"), meta: { roles: ["manager", "legal", "compliance", "auditor"] } },
    { path: "/decisions/:id", component: () => import("./DecisionPage.vue"), props: true, meta: { roles: ["manager", "legal", "compliance", "auditor", "supervisor"] } },
  ],
} satisfies Desk;
