import type { Desk } from "../../shell/desks";

export default {
  title: ["个人信息", "Personal data"],
  order: 42,
  roles: ["compliance", "legal", "manager", "auditor"],
  path: "/privacy",
  routes: [
    { path: "/privacy", component: () => import("./RequestList.vue") },
    { path: "/privacy/requests/:id", component: () => import("./RequestPage.vue"), props: true },
    { path: "/privacy/retention", component: () => import("./RetentionList.vue") },
    { path: "/privacy/holds", component: () => import("./HoldList.vue") },
    { path: "/privacy/deletions", component: () => import("./DeletionList.vue") },
  ],
} satisfies Desk;
