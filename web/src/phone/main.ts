// The phone's entry: begins the core, mounts the app, then lets the service worker keep it for days without network.

import { createApp } from "vue";
import { createRouter, createWebHashHistory } from "vue-router";
import App from "./App.vue";
import { keepOffline, phone } from "./core";
import Today from "./screens/Today.vue";
import "./styles/app.css";

/** Every other screen comes in one piece: they share most of their words, and a phone keeps them all anyway. */
const later = (name: keyof typeof import("./screens/later")) => () => import("./screens/later").then((all) => all[name]);

const router = createRouter({
  history: createWebHashHistory(),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  routes: [
    { path: "/", component: Today },
    { path: "/stop/:id", component: later("StopCard"), props: true },
    { path: "/visit/:id", component: later("Visit"), props: ({ params, query }) => ({ id: params.id, arrives: query.arrive === "1" }) },
    { path: "/paper/:id", component: later("PaperView"), props: true },
    { path: "/outbox", component: later("OutboxView") },
    { path: "/correct/:id", component: later("Correct"), props: true },
    { path: "/messages", component: later("Messages") },
    { path: "/me", component: later("Me") },
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
