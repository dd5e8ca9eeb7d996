import assert from "node:assert/strict";
import { test } from "node:test";
import { grounds } from "./grounds";

const RULE = { source: "CBA 2026", source_zh: "中银协 2026", grade: "B", confirm_by_counsel: false };

test("a rule says its source and its grade in both languages", () => {
  assert.deepEqual(grounds(RULE), { zh: "中银协 2026 · B 级", en: "CBA 2026 · grade B" });
});

test("what counsel has yet to confirm is marked", () => {
  const marked = grounds({ ...RULE, grade: "C", confirm_by_counsel: true });
  assert.ok(marked.zh.endsWith("C 级 · 待律师确认"));
  assert.ok(marked.en.endsWith("grade C · to be confirmed by counsel"));
});

test("a pack without Chinese sources falls back, and nothing is made up", () => {
  assert.equal(grounds({ source: "RBI 2026" }).zh, "RBI 2026");
  assert.deepEqual(grounds({}), { zh: "", en: "" });
});
