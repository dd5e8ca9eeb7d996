import assert from "node:assert/strict";
import { test } from "node:test";
import { capitals, NotAnAmount, yuan } from "./amounts";
import { vectors } from "./vectors";

for (const [fen, figures, spelt] of vectors("amounts").cases) {
  test(`amount: ${fen} fen`, () => assert.deepEqual([yuan(fen), capitals(fen)], [figures, spelt]));
}

test("refuses what is no whole number of fen", () => {
  for (const bad of [0.5, Number.NaN, 2 ** 53]) {
    assert.throws(() => yuan(bad), NotAnAmount);
    assert.throws(() => capitals(bad), NotAnAmount);
  }
});
