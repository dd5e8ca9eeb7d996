import type { Desk } from "../../shell/desks";

export default {
  title: ["系统", "System"],
  order: 90,
  roles: ["admin", "auditor"],
  path: "/system",
  routes: [{ path: "/system", component: () => import("./SystemPage.vue") }],
} satisfies Desk;
