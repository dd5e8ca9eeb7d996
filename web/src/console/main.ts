// The console's entry: the session first, then the desks of whoever is signed in.

import { createApp } from "vue";
import "element-plus/dist/index.css";
import "element-plus/theme-chalk/dark/css-vars.css";
import "./styles/console.css";
import App from "./App.vue";
import { followTheme } from "./shell/theme";
import { makeRouter } from "./shell/router";
import { session } from "./shell/session";

followTheme();
void session.load();
createApp(App).use(makeRouter()).mount("#app");
