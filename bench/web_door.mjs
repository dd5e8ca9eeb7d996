// What a visit takes on the phone's screens: taps, opening the form, keeping a photo, saving. Used by bench/web.mjs.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const seconds = async (act) => {
  const began = performance.now();
  await act();
  return (performance.now() - began) / 1000;
};

/** A thumb on the screen of one phone; it counts what it does. */
class Thumb {
  taps = 0;

  constructor(page) {
    this.page = page;
  }

  /** Tap what a selector finds first. */
  async tap(selector) {
    await this.page.locator(selector).first().click();
    this.taps += 1;
  }

  /** Choose an answer. */
  async choose(name, value) {
    await this.page.locator(`input[name="${name}"][value="${value}"]`).evaluate((one) => one.click());
    this.taps += 1;
  }

  /** Take a photo: the tap on the button; the camera is the phone's own. Returns the seconds until it is kept. */
  async photograph(question, file) {
    const kept = this.page.locator(`#at-${question} .shots img[src]`);
    this.taps += 1;
    return seconds(async () => {
      await this.page.setInputFiles(`#${question}`, file);
      await kept.first().waitFor();
    });
  }

  /** Draw on the pad. */
  async sign() {
    const { x, y } = await this.page.locator("canvas.pad").boundingBox();
    await this.page.mouse.move(x + 20, y + 40);
    await this.page.mouse.down();
    for (let step = 1; step < 20; step += 1) await this.page.mouse.move(x + 20 + step * 6, y + 40 + (step % 5));
    await this.page.mouse.up();
    this.taps += 1;
  }

  /** Leave the visit; returns the seconds until it is saved. */
  leave() {
    return seconds(async () => {
      await this.tap(".foot .main");
      await this.page.waitForFunction(() => location.hash === "#/outbox");
    });
  }
}

/** Have the page make a photo as a camera's, 12 megapixels; return the path of its file. */
async function photo(page, folder) {
  const made = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(4000, 3000), pen = canvas.getContext("2d");
    for (let i = 0; i < 30_000; i += 1) {
      pen.fillStyle = `hsl(${(i * 7919) % 360} 60% 50%)`;
      pen.fillRect((i * 104729) % 4000, (i * 1299709) % 3000, 60, 40);
    }
    const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 });
    const reader = new FileReader();
    return new Promise((done) => ((reader.onload = () => done(reader.result.split(",")[1])), reader.readAsDataURL(blob)));
  });
  const path = join(folder, "photo.jpg");
  writeFileSync(path, Buffer.from(made, "base64"));
  return path;
}

const stop = async (page, number) => {
  await page.evaluate(() => (location.hash = "#/"));
  await page.locator(`a.card >> nth=${number}`).waitFor();
  return `a.card >> nth=${number}`;
};

async function promised(page, file) {
  const thumb = new Thumb(page);
  const card = await stop(page, 0);
  thumb.taps = 0;
  await thumb.tap(card);
  await thumb.tap(".foot .main");
  await thumb.choose("met", "debtor");
  await thumb.choose("id_checked", "id_card_seen");
  await thumb.tap(".said + button.main");
  await thumb.choose("outcome", "1");
  await thumb.tap("section:has(#part-promise) .choices button:nth-child(5)");
  await thumb.tap("section:has(#part-promise) > button.main");
  await thumb.tap("section:has(#part-papers) button.main");
  await thumb.choose("objection-here", "none");
  await thumb.sign();
  await thumb.tap(".pad-side .main");
  for (const question of ["photo_door", "photo_paper", "photo_surroundings"]) await thumb.photograph(question, file);
  await thumb.leave();
  return thumb.taps;
}

async function nobody(page, number, { file, slow }) {
  const thumb = new Thumb(page);
  const card = await stop(page, number);
  thumb.taps = 0;
  await thumb.tap(card);
  await page.locator(".foot .main").waitFor();
  await slow(4);
  const opened = await seconds(async () => (await thumb.tap(".foot .main"), await page.locator('input[name="met"]').first().waitFor({ state: "attached" })));
  await thumb.choose("met", "nobody");
  await thumb.choose("outcome", "7");
  const kept = await thumb.photograph("photo_door", file);
  await slow(1);
  const saved = await thumb.leave();
  return { taps: thumb.taps, opened, kept, saved };
}

/** Visit doors; return the figures. slow sets how many times slower the page's thread runs. */
export async function doors(page, slow) {
  const folder = mkdtempSync(join(tmpdir(), "doorstep-photo-"));
  const file = await photo(page, folder);
  const taps_promise_3_photos_signature = await promised(page, file);
  const visits = [];
  for (const number of [1, 2, 3]) visits.push(await nobody(page, number, { file, slow }));
  rmSync(folder, { recursive: true });
  const middle = (name) => median(visits.map((one) => one[name]));
  return {
    taps_promise_3_photos_signature, taps_nobody_home: Math.max(...visits.map((one) => one.taps)),
    open_form_4x_s: middle("opened"), photo_12mp_4x_s: middle("kept"), save_1x_s: middle("saved"),
  };
}
