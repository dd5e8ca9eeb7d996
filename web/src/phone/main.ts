// The phone's entry: begins the core, mounts the app, then lets the service worker keep it for days without network.

import { createApp } from "vue";
import { createRouter, createWebHashHistory } from "vue-router";
import App from "./App.vue";
import { keepOffline, phone } from "./core";
import Today from "./screens/Today.vue";
import "./styles/app.css";

const router = createRouter({
  history: createWebHashHistory(),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  routes: [
    { path: "/", component: Today },
    { path: "/stop/:id", component: () => import("./screens/StopCard.vue"), props: true },
    { path: "/visit/:id", component: () => import("./screens/Visit.vue"), props: true },
    { path: "/paper/:id", component: () => import("./screens/PaperView.vue"), props: true },
    { path: "/outbox", component: () => import("./screens/OutboxView.vue") },
    { path: "/messages", component: () => import("./screens/Messages.vue") },
    { path: "/me", component: () => import("./screens/Me.vue") },
    { path: "/:rest(.*)*", redirect: "/" },
  ],
});

const theme = localStorage.getItem("doorstep.theme");
if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;

void phone().start();
createApp(App).use(router).mount("#app");
void keepOffline();

// For whoever looks after phones (the browser's console) and for the tests. What is sealed stays sealed.
Object.assign(window, { doorstep: phone() });
