import type { Desk } from "../../shell/desks";
import { ROLES, type Role } from "../../words/roles";

export default {
  title: ["我的账号", "My account"],
  order: 950,
  roles: Object.keys(ROLES) as Role[],
  path: "/me",
  routes: [{ path: "/me", component: () => import("./MyAccount.vue") }],
} satisfies Desk;
