import assert from "node:assert/strict";
import { test } from "node:test";
import { tabOf } from "./tabs";

test("a tab of that name, or the first for an address somebody mistyped", () => {
  assert.equal(tabOf("money", ["overview", "money"], "overview"), "money");
  for (const odd of ["mony", undefined, ["money", "money"], ""]) assert.equal(tabOf(odd, ["overview", "money"], "overview"), "overview");
});
