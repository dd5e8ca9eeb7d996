import type { Desk } from "../../shell/desks";

export default {
  title: ["委托方", "Creditors"],
  order: 82,
  roles: ["admin", "manager", "supervisor"],
  path: "/creditors",
  routes: [{ path: "/creditors", component: () => import("./CreditorList.vue") }],
} satisfies Desk;
