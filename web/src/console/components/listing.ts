// A list of the API, page by page: filters and place live in the address, so back works and a link shows the same.

import { computed, ref, shallowRef, watch } from "vue";
import { useRoute, useRouter } from "vue-router";

export interface Page<Row> { items?: Row[]; next_cursor?: string | null; total?: number | null }
export type Filters = Record<string, string | undefined>;

/** Read a list as the address says it. fetch gets the filters of the address (`names` of them), cursor and a signal; for an export also limit. */
export function useListing<Row>(names: readonly string[], fetch: (asked: Filters & { cursor?: string }, signal: AbortSignal) => Promise<Page<Row>>) {
  const route = useRoute();
  const router = useRouter();
  const rows = shallowRef<Row[]>([]);
  const total = ref<number | null>(null);
  const nextCursor = ref<string | null>(null);
  const isLoading = ref(false);
  const fault = ref<unknown>(null);
  const path = route.path;
  let running: AbortController | null = null;
  let shownFor = "";

  const one = (name: string) => { const value = route.query[name]; return typeof value === "string" && value ? value : undefined; };
  const filters = computed<Filters>(() => Object.fromEntries(names.map((name) => [name, one(name)])));
  const trail = computed(() => (one("at") ?? "").split("~").filter(Boolean));

  async function load() {
    if (route.path !== path) return;
    running?.abort();
    const mine = (running = new AbortController());
    isLoading.value = true;
    fault.value = null;
    const asked = JSON.stringify([filters.value, trail.value]);
    try {
      const cursor = trail.value.at(-1);
      const page = await fetch({ ...filters.value, ...(cursor ? { cursor } : {}) }, mine.signal);
      if (mine.signal.aborted) return;
      rows.value = page.items ?? [];
      total.value = page.total ?? null;
      nextCursor.value = page.next_cursor ?? null;
      shownFor = asked;
    } catch (refused) {
      if (mine.signal.aborted) return;
      fault.value = refused;
      if (asked !== shownFor) [rows.value, total.value] = [[], null]; // what stands there is of other filters
    } finally {
      if (running === mine) isLoading.value = false;
    }
  }

  /** Read every row that the filters let through, page after page; told is called with how many there are so far. Throws Problem. */
  async function all(told: (count: number) => void = () => {}): Promise<Row[]> {
    const found: Row[] = [];
    let cursor: string | null | undefined;
    do {
      const page: Page<Row> = await fetch({ ...filters.value, limit: "500", ...(cursor ? { cursor } : {}) }, new AbortController().signal);
      found.push(...(page.items ?? []));
      told(found.length);
      cursor = page.next_cursor;
    } while (cursor);
    return found;
  }

  const go = (query: Record<string, string | undefined>) =>
    router.push({ query: Object.fromEntries(Object.entries({ ...route.query, ...query }).filter(([, value]) => value)) as Record<string, string> });

  watch([filters, trail], load, { immediate: true });

  return {
    rows, total, isLoading, fault, filters, load, all,
    hasNext: computed(() => nextCursor.value !== null),
    hasPrevious: computed(() => trail.value.length > 0),
    pageNumber: computed(() => trail.value.length + 1),
    isFiltered: computed(() => Object.values(filters.value).some(Boolean)),
    /** Set filters; the list begins anew. An undefined value takes a filter away. */
    filter: (changed: Filters) => go({ ...changed, at: undefined }),
    clear: () => go({ ...Object.fromEntries(names.map((name) => [name, undefined])), at: undefined }),
    next: () => nextCursor.value && go({ at: [...trail.value, nextCursor.value].join("~") }),
    previous: () => go({ at: trail.value.slice(0, -1).join("~") || undefined }),
  };
}

export type Listing<Row> = ReturnType<typeof useListing<Row>>;
