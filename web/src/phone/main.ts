// The phone's entry: begins the core, mounts the app, then lets the service worker keep it for days without network.

import { createApp } from "vue";
import App from "./App.vue";
import { keepOffline, phone } from "./core";

void phone().start();
createApp(App).mount("#app");
void keepOffline();

// For whoever looks after phones (the browser's console) and for the tests. What is sealed stays sealed.
Object.assign(window, { doorstep: phone() });
