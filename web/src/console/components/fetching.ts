// One thing of the API on a page: loaded when its address changes, and again on request.

import { ref, shallowRef, watch, type WatchSource } from "vue";

/**
 * Load what `fetch` answers now and whenever a source changes. `data` is null while it is not known: before the first
 * answer, and again from the moment a source changes, as what was fetched for the former is not of the new. A load on
 * request keeps what is shown until the answer is there.
 */
export function useFetched<T>(fetch: () => Promise<T>, sources: WatchSource[] = []) {
  const data = shallowRef<T | null>(null);
  const fault = ref<unknown>(null);
  const isLoading = ref(false);
  let turn = 0;

  async function load() {
    const mine = ++turn;
    isLoading.value = true;
    try {
      const got = await fetch();
      if (mine === turn) [data.value, fault.value] = [got, null];
    } catch (refused) {
      if (mine === turn) fault.value = refused;
    } finally {
      if (mine === turn) isLoading.value = false;
    }
  }

  watch(sources, () => {
    [data.value, fault.value] = [null, null];
    void load();
  }, { immediate: true });
  return { data, fault, isLoading, load };
}

export type Fetched<T> = ReturnType<typeof useFetched<T>>;
