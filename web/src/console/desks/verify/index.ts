import type { Desk } from "../../shell/desks";

export default {
  title: ["文件核验", "Verify"],
  order: 72,
  roles: ["legal", "compliance", "auditor", "manager", "supervisor"],
  path: "/verify-files",
  routes: [{ path: "/verify-files", component: () => import("./VerifyPage.vue") }],
} satisfies Desk;
