// The phone's entry: begins the core, mounts the app, then lets the service worker keep it for days without network.

import { createApp } from "vue";
import App from "./App.vue";
import { keepOffline, phone } from "./core";
import { begin } from "./router";
import Today from "./screens/Today.vue";
import "./styles/app.css";

/** Every other screen comes in one piece: they share most of their words, and a phone keeps them all anyway. */
const later = (name: keyof typeof import("./screens/later")) => () => import("./screens/later").then((all) => all[name]);

begin([
  { path: "/", screen: Today },
  { path: "/stop/:id", screen: later("StopCard") },
  { path: "/visit/:id", screen: later("Visit"), props: (query) => ({ arrives: query.get("arrive") === "1" }) },
  { path: "/paper/:id", screen: later("PaperView") },
  { path: "/outbox", screen: later("OutboxView") },
  { path: "/correct/:id", screen: later("Correct") },
  { path: "/messages", screen: later("Messages") },
  { path: "/me", screen: later("Me") },
  { path: "/guide", screen: () => import("./screens/Guide.vue").then((one) => one.default) },
]);

const theme = localStorage.getItem("doorstep.theme");
if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;

void phone().start();
createApp(App).mount("#app");
void keepOffline();

// For whoever looks after phones (the browser's console) and for the tests. What is sealed stays sealed.
Object.assign(window, { doorstep: phone() });
