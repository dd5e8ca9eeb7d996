import assert from "node:assert/strict";
import { test } from "node:test";
import { nextTick, ref } from "vue";
import { useFetched } from "./fetching";

/** A server that answers when it is told to. */
function slow() {
  const asked: { of: string; answer: (told: string) => void; refuse: (fault: Error) => void }[] = [];
  const fetch = (of: string) => new Promise<string>((answer, refuse) => { asked.push({ of, answer, refuse }); });
  return { asked, fetch };
}
const settled = () => new Promise((done) => { setImmediate(done); });

test("nothing is known before the first answer", async () => {
  const { asked, fetch } = slow();
  const found = useFetched(() => fetch("one"));
  assert.equal(found.data.value, null);
  assert.equal(found.isLoading.value, true);
  asked[0]!.answer("told");
  await settled();
  assert.equal(found.data.value, "told");
  assert.equal(found.isLoading.value, false);
});

test("what was of the former is gone as soon as another is asked for, and its late answer stays out", async () => {
  const { asked, fetch } = slow();
  const which = ref("one");
  const found = useFetched(() => fetch(which.value), [which]);
  asked[0]!.answer("of one");
  await settled();
  which.value = "two";
  await nextTick();
  assert.equal(found.data.value, null);
  which.value = "three";
  await nextTick();
  asked[2]!.answer("of three");
  asked[1]!.answer("of two");
  await settled();
  assert.equal(found.data.value, "of three");
});

test("a load on request keeps what is shown, also when it is refused", async () => {
  const { asked, fetch } = slow();
  const found = useFetched(() => fetch("one"));
  asked[0]!.answer("told");
  await settled();
  const again = found.load();
  assert.equal(found.data.value, "told");
  asked[1]!.refuse(new Error("no network"));
  await again;
  assert.equal(found.data.value, "told");
  assert.match(String(found.fault.value), /no network/);
});
