import type { Desk } from "../../shell/desks";

export default {
  title: ["经营看板", "Dashboards"],
  order: 50,
  roles: ["manager", "supervisor", "compliance", "auditor", "legal"],
  path: "/dashboards",
  routes: [{ path: "/dashboards", component: () => import("./DashboardPage.vue") }],
} satisfies Desk;
