// A moment has the day of China, not of UTC.

import assert from "node:assert/strict";
import { test } from "node:test";
import { moment } from "./moments";

test("a moment before eight in the morning has the day of China, not of UTC", () => {
  assert.equal(moment("2026-11-27T19:41:05.000Z"), "2026-11-28 03:41");
  assert.equal(moment("2026-11-28T04:00:00.000Z"), "2026-11-28 12:00");
});
