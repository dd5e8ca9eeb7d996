import type { Desk } from "../../shell/desks";

export default {
  title: ["人员", "People"],
  order: 80,
  first: ["admin"],
  roles: ["admin"],
  path: "/people",
  routes: [{ path: "/people", component: () => import("./PeopleList.vue") }],
} satisfies Desk;
