// Values on the screen that follow the store: read again when any tab of this app wrote something.

import { Dexie } from "dexie";
import { onScopeDispose, shallowRef, type ShallowRef } from "vue";

const SETTLE_MS = 40;

/** Return a ref that follows `read`; it keeps its value while `read` fails, such as when the app is locked. */
export function live<T>(read: () => Promise<T>, initial: T): ShallowRef<T> {
  const value = shallowRef(initial) as ShallowRef<T>;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let turn = 0;
  const again = async () => {
    const mine = (turn += 1);
    try {
      const found = await read();
      if (mine === turn) value.value = found;
    } catch {
      // Locked, or the database was closed: the screen is about to change.
    }
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(again, SETTLE_MS);
  };
  Dexie.on("storagemutated", soon);
  onScopeDispose(() => {
    clearTimeout(timer);
    Dexie.on.storagemutated.unsubscribe(soon);
  });
  void again();
  return value;
}
