import type { Desk } from "../../shell/desks";

export default {
  title: ["筛查与名单", "Screening and lists"],
  order: 30,
  roles: ["specialist", "supervisor", "manager", "compliance", "auditor"],
  path: "/lists",
  routes: [
    { path: "/lists", component: () => import("./VisitLists.vue") },
    { path: "/lists/screen", component: () => import("./Screening.vue"), meta: { roles: ["specialist", "supervisor"] } },
    { path: "/lists/new", component: () => import("./NewList.vue"), meta: { roles: ["specialist", "supervisor"] } },
    { path: "/lists/returned", component: () => import("./CameBack.vue") },
    { path: "/lists/:id", component: () => import("./ListDetail.vue"), props: true },
  ],
} satisfies Desk;
