// A new version of the app waits until the agent asks for it: nothing changes under somebody who is typing.

import { ref } from "vue";

/** Is a new version here, waiting to be taken? */
export const updateWaits = ref(false);

/** Register the service worker and watch for new versions. */
export async function keepOffline(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  const registration = await navigator.serviceWorker.register("/m/sw.js", { scope: "/m/" });
  const look = () => (updateWaits.value = registration.waiting !== null && navigator.serviceWorker.controller !== null);
  look();
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", look));
}

/** Take the new version: save first. The page starts again under it. */
export async function takeUpdate(): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration("/m/");
  if (!registration?.waiting) return;
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  registration.waiting.postMessage("take-over");
}
