import type { Desk } from "../../shell/desks";

export default {
  title: ["规则包", "Rule pack"],
  order: 86,
  roles: ["admin", "compliance", "manager", "supervisor", "auditor"],
  path: "/rules",
  routes: [{ path: "/rules", component: () => import("./RulePack.vue") }],
} satisfies Desk;
