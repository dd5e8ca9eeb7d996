import type { Desk } from "../../shell/desks";

export default {
  title: ["操作留痕", "Audit log"],
  order: 70,
  first: ["auditor"],
  roles: ["auditor", "compliance", "admin"],
  path: "/audit",
  routes: [{ path: "/audit", component: () => import("./AuditList.vue") }],
} satisfies Desk;
