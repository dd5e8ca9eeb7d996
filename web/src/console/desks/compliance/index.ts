import type { Desk } from "../../shell/desks";

export default {
  title: ["投诉", "Complaints"],
  order: 40,
  first: ["compliance"],
  roles: ["compliance", "auditor", "manager", "supervisor"],
  path: "/complaints",
  routes: [
    { path: "/complaints", component: () => import("./ComplaintList.vue") },
    { path: "/complaints/:id", component: () => import("./ComplaintPage.vue"), props: true },
  ],
} satisfies Desk;
