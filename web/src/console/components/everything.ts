// All pages of a list that is known to be short: people, phones, the schemes of a day.

import type { Page } from "./listing";

const MOST_PAGES = 20;

/** Return the rows of every page. fetch gets the cursor of the page asked for. */
export async function everything<Row>(fetch: (cursor?: string) => Promise<Page<Row>>): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const page = await fetch(cursor);
    rows.push(...(page.items ?? []));
    if (!page.next_cursor) break;
    cursor = page.next_cursor;
  }
  return rows;
}
