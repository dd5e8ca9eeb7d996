import type { Desk } from "../../shell/desks";

export default {
  title: ["使用手册", "Guide"],
  order: 99,
  roles: ["specialist", "supervisor", "manager", "legal", "compliance", "auditor", "admin", "agent"],
  routes: [{ path: "/help/:role?", component: () => import("./GuidePage.vue"), props: true }],
} satisfies Desk;
