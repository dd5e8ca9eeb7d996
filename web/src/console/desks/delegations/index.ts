import type { Desk } from "../../shell/desks";

export default {
  title: ["授权代签", "Delegations"],
  order: 86,
  roles: ["manager", "supervisor", "legal", "compliance", "auditor"],
  path: "/delegations",
  routes: [{ path: "/delegations", component: () => import("./DelegationList.vue") }],
} satisfies Desk;
