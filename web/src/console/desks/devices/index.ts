import type { Desk } from "../../shell/desks";

export default {
  title: ["设备", "Phones"],
  order: 60,
  roles: ["supervisor", "admin", "compliance", "auditor", "legal"],
  path: "/devices",
  routes: [
    { path: "/devices", component: () => import("./DeviceList.vue") },
    { path: "/devices/:id", component: () => import("./DevicePage.vue"), props: true },
  ],
} satisfies Desk;
