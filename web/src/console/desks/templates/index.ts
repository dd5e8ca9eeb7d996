import type { Desk } from "../../shell/desks";

export default {
  title: ["单据模板", "Paper templates"],
  order: 84,
  roles: ["admin", "legal", "manager"],
  path: "/templates",
  routes: [{ path: "/templates", component: () => import("./TemplatePage.vue") }],
} satisfies Desk;
