import type { Desk } from "../../shell/desks";

export default {
  title: ["异常", "Exceptions"],
  order: 44,
  roles: ["compliance", "auditor", "supervisor"],
  path: "/exceptions",
  routes: [{ path: "/exceptions", component: () => import("./ExceptionList.vue"), meta: { roles: ["compliance", "auditor", "supervisor", "manager"] } }],
} satisfies Desk;
