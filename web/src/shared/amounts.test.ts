import assert from "node:assert/strict";
import { test } from "node:test";
import { capitals, fenOf, yuan } from "./amounts";
import { bd09FromGcj02, gcj02FromWgs84, wgs84From } from "./datum";
import { vectors } from "./vectors";

for (const one of vectors("amounts").cases) {
  test(`${one.fen} fen`, () => {
    assert.equal(yuan(one.fen), one.yuan);
    assert.equal(capitals(one.fen), one.capitals);
  });
}

test("a typed amount is whole fen or nothing", () => {
  assert.equal(fenOf("1,234.5"), 123450);
  assert.equal(fenOf("￥ 0.07"), 7);
  for (const bad of ["", "1.234", "-3", "1e5", "十元", "1.2.3"]) assert.equal(fenOf(bad), null);
});

for (const one of vectors("datum").cases) {
  test(`datum at ${one.wgs84}`, () => {
    const near = (got: readonly number[], expected: number[]) => got.forEach((degrees, at) => assert.ok(Math.abs(degrees - expected[at]!) < 1e-9));
    near(gcj02FromWgs84(one.wgs84), one.gcj02);
    near(bd09FromGcj02(gcj02FromWgs84(one.wgs84)), one.bd09);
    near(wgs84From(one.gcj02, "GCJ-02"), one.wgs84);
    near(wgs84From(one.bd09, "BD-09"), one.wgs84);
    near(wgs84From(one.wgs84, "WGS-84"), one.wgs84);
  });
}
