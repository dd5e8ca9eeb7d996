import type { Desk } from "../../shell/desks";

export default {
  title: ["外访记录", "Visits"],
  order: 30,
  roles: ["supervisor", "manager", "legal", "compliance", "auditor"],
  path: "/visits",
  routes: [
    { path: "/visits", component: () => import("./VisitList.vue") },
    { path: "/visits/:id", component: () => import("./VisitPage.vue"), props: true },
  ],
} satisfies Desk;
