import type { Desk } from "../../shell/desks";

const SIGNERS = ["manager", "supervisor", "legal", "compliance"] as const; // the last three with a delegation of the first

export default {
  title: ["签批", "Sign-off"],
  order: 2,
  roles: ["manager"],
  isLent: true,
  path: "/approvals",
  routes: [
    { path: "/approvals", component: () => import("./ApprovalList.vue"), meta: { roles: SIGNERS } },
    { path: "/approvals/:id", component: () => import("./BriefPage.vue"), props: true, meta: { roles: SIGNERS } },
  ],
} satisfies Desk;
