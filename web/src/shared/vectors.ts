// The vectors that hold Python and TypeScript to the same answers. For tests only: node reads them from tests/vectors/.

import { readFileSync } from "node:fs";

/** Return a file of vectors; each has its own shape, told by its `about`. */
export function vectors(name: string): any {
  return JSON.parse(readFileSync(new URL(`../../../tests/vectors/${name}.json`, import.meta.url), "utf8"));
}
