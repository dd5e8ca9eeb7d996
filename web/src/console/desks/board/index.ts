import type { Desk } from "../../shell/desks";

export default {
  title: ["今日工作台", "Today"],
  order: 5,
  roles: ["supervisor"],
  path: "/board",
  routes: [{ path: "/board", component: () => import("./Board.vue") }],
} satisfies Desk;
