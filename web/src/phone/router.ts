// Which screen is shown: the part of the address behind the #. Links are plain anchors, so the browser does the going.

import { type Component, nextTick, shallowRef } from "vue";

type Props = { [name: string]: unknown };
/** A screen's address, `:id` for one part of it; the screen, or how to fetch it; what it is given besides `id`. */
export interface Route {
  path: string;
  screen: Component | (() => Promise<Component>);
  props?: (query: URLSearchParams) => Props;
}

/** The screen shown now; undefined until the first is there. */
export const shown = shallowRef<{ path: string; screen: Component; props: Props }>();
const scrolled = new Map<number, number>(); // entry of the history → how far down it was left
const FRAMES = 60;
let routes: Route[] = [];
let turn = 0;
let entry = 0;

/** Take the table of screens and show the one of the address; an unknown address shows the first. */
export function begin(table: Route[]): void {
  routes = table;
  history.scrollRestoration = "manual";
  addEventListener("hashchange", () => void show());
  void show();
}

/** Go to a screen in the place of this one: 返回 does not lead here again. */
export const replace = (path: string): void => location.replace(`#${path}`);

async function show(): Promise<void> {
  const mine = (turn += 1);
  scrolled.set(entry, scrollY);
  const known = (history.state as { entry?: number } | null)?.entry;
  entry = known ?? Date.now();
  if (known === undefined) history.replaceState({ entry }, "");
  const [path, query] = (location.hash.slice(1) || "/").split("?") as [string, string?];
  const [, name, id] = path.split("/");
  const route = routes.find((one) => one.path === (id === undefined ? `/${name ?? ""}` : `/${name}/:id`));
  if (!route) return replace("/");
  const screen = typeof route.screen === "function" ? await (route.screen as () => Promise<Component>)() : route.screen;
  if (mine !== turn) return;
  shown.value = { path, screen, props: { ...(id !== undefined && { id: decodeURIComponent(id) }), ...route.props?.(new URLSearchParams(query)) } };
  await nextTick();
  const wanted = scrolled.get(entry) ?? 0;
  // What a screen lists may still be on its way from the store: the place comes once the page is long enough for it.
  for (let frame = 0; frame < FRAMES && mine === turn; frame += 1) {
    scrollTo(0, wanted);
    if (scrollY >= wanted - 1) return;
    await new Promise(requestAnimationFrame);
  }
}
