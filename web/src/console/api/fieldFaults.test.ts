import assert from "node:assert/strict";
import { test } from "node:test";
import { tellField } from "./fieldFaults";

test("a fault of a field is told in Chinese with the field's name and place", () => {
  assert.equal(tellField({ pointer: "/title", detail: "Shorter than minimum length 1." }, "zh"), "名称：不能为空");
  assert.equal(tellField({ pointer: "/crews/0/members", detail: "Length must be 2." }, "zh"), "小组 1 组员：须恰好 2 项（字）");
  assert.equal(tellField({ pointer: "", detail: "name the case or the serial of a paper" }, "zh"), "请写案号或单据编号");
});

test("a fault of a field is told in English, also where the server spoke Chinese", () => {
  assert.equal(tellField({ pointer: "/password", detail: "密码至少 10 位" }, "en"), "password: a password has at least 10 characters");
  assert.equal(tellField({ pointer: "/min", detail: "Must be greater than or equal to 1 and less than or equal to 90." }, "en"), "minutes: must lie between 1 and 90");
});

test("words nobody knows stay as they are", () => assert.equal(tellField({ pointer: "/odd", detail: "no such thing" }, "zh"), "odd：no such thing"));
