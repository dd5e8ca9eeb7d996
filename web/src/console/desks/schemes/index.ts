import type { Desk } from "../../shell/desks";

export default {
  title: ["外访方案", "Schemes"],
  order: 10,
  roles: ["supervisor", "manager", "compliance", "auditor", "specialist", "legal"],
  path: "/schemes",
  routes: [
    { path: "/schemes", component: () => import("./SchemeList.vue") },
    { path: "/schemes/new", component: () => import("./SchemeNew.vue"), meta: { roles: ["supervisor"] } },
    { path: "/schemes/:id", component: () => import("./SchemePage.vue"), props: true },
    { path: "/list-review", component: () => import("./ReviewLists.vue"), meta: { title: ["名单审核", "List review"], roles: ["supervisor"] } },
    { path: "/list-review/:id", component: () => import("./ReviewPage.vue"), props: true, meta: { title: ["名单审核", "List review"], roles: ["supervisor"] } },
  ],
} satisfies Desk;
