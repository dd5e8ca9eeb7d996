// The list of 20,000 cases in a real Chromium: `python -m bench.desk` fills an installation and calls
// node bench/desk.mjs ADDRESS PASSWORD. The last line is one JSON object: {"figures": …}; times are wall clock.

import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const { chromium } = createRequire(join(root, "web/package.json"))("playwright-core");
const [address, password] = process.argv.slice(2);
const origin = address.replace("127.0.0.1", "localhost"); // the session's cookie is for a secure place
const [OPENED, PAGES, WHEELS, WHEEL_PX] = [5, 20, 120, 120];
const LONG_MS = 50; // a frame that a hand on the wheel notices. Source: the Long Tasks API
const ROW = ".el-table__body tr";
const figures = {};

function browser() {
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chromium-headless-shell"];
  const known = names.flatMap((name) => (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, name)));
  return process.env.DOORSTEP_CHROMIUM ?? known.find((path) => existsSync(path));
}
const middle = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const share = (numbers, part) => [...numbers].sort((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(numbers.length * part))];

/** Begin to keep the length of every frame; the page tells them with `framesOf`. */
const watchFrames = (page) => page.evaluate(() => {
  const kept = [];
  let last = performance.now();
  globalThis.frames_ = { kept, on: true };
  const next = (now) => { kept.push(now - last); last = now; if (globalThis.frames_.on) requestAnimationFrame(next); };
  requestAnimationFrame((now) => { last = now; requestAnimationFrame(next); });
});
const framesOf = (page) => page.evaluate(() => { globalThis.frames_.on = false; return globalThis.frames_.kept; });

async function held(line, page) {
  await line.send("HeapProfiler.collectGarbage");
  return { nodes: await page.evaluate(() => document.querySelectorAll("*").length), bytes: (await line.send("Runtime.getHeapUsage")).usedSize };
}

/** Return the seconds that the page's own thread has worked: what a busy machine does not stretch. */
const worked = async (line) => (await line.send("Performance.getMetrics")).metrics.find((one) => one.name === "TaskDuration").value;

/** Turn the page by the button; return the milliseconds until the first row is another. */
const turn = (page, name) => page.evaluate(async ([words, row]) => {
  const first = () => document.querySelector(row)?.innerText.slice(0, 40);
  const was = first(), began = performance.now();
  [...document.querySelectorAll("button")].find((one) => one.textContent.trim() === words).click();
  while (first() === was || !first()) await new Promise((done) => requestAnimationFrame(done));
  return performance.now() - began;
}, [name, ROW]);

/** Wait, looking at each frame, until the list of cases has so many rows. */
const drawn = (page, least) => page.waitForFunction(([row, n]) => location.pathname.endsWith("/cases") && document.querySelectorAll(row).length > n, [ROW, least], { polling: "raf" });

async function measure(page, line) {
  await page.goto(`${origin}/console/`);
  await page.fill("input[name=username]", "lin");
  await page.fill("input[name=password]", password);
  await page.click("button[type=submit]");
  await page.waitForSelector(".frame");
  await line.send("Performance.enable", { timeDomain: "threadTicks" });
  const [opened, entered, cpu] = [[], [], []];
  for (let n = 0; n < OPENED; n++) {
    let began = performance.now();
    await page.goto(`${origin}/console/cases`);
    await drawn(page, 50);
    opened.push(performance.now() - began);
    await page.click("a[href='/console/imports']");
    await page.waitForFunction(() => location.pathname.endsWith("/imports"));
    await page.waitForSelector(".empty-note");
    began = performance.now();
    const before = await worked(line);
    await page.click("a[href='/console/cases']");
    await drawn(page, 50);
    entered.push(performance.now() - began);
    cpu.push((await worked(line)) - before);
  }
  figures.cases20k_first_rows_s = middle(opened) / 1000;
  figures.cases20k_first_rows_worst_s = Math.max(...opened) / 1000;
  figures.cases20k_from_menu_s = middle(entered) / 1000;
  figures.cases20k_from_menu_cpu_s = middle(cpu);
  await scrolled(page, line);
  const before = await held(line, page);
  const [turned, begun] = [[], await worked(line)];
  for (let n = 0; n < PAGES; n++) turned.push(await turn(page, "下一页"));
  figures.cases20k_page_cpu_s = ((await worked(line)) - begun) / PAGES;
  const after = await held(line, page);
  figures.cases20k_page_s = middle(turned) / 1000;
  figures.cases20k_page_p95_s = share(turned, 0.95) / 1000;
  figures.cases20k_heap_mb = after.bytes / 1e6;
  figures.cases20k_heap_grown_mb = (after.bytes - before.bytes) / 1e6;
  figures.cases20k_nodes_grown = after.nodes - before.nodes;
}

/** Roll the wheel down one page of rows and up again, as a hand does; keep how long the frames were. */
async function scrolled(page, line) {
  await page.mouse.move(700, 500);
  const before = await worked(line);
  await watchFrames(page);
  for (let n = 0; n < WHEELS; n++) {
    await page.mouse.wheel(0, n < WHEELS / 2 ? WHEEL_PX : -WHEEL_PX);
    await page.waitForTimeout(16);
  }
  const frames = await framesOf(page);
  const long = frames.filter((one) => one > LONG_MS);
  figures.cases20k_frames = frames.length;
  figures.cases20k_frame_cpu_ms = (1000 * ((await worked(line)) - before)) / frames.length;
  figures.cases20k_long_frames = long.length;
  figures.cases20k_long_frames_percent = (100 * long.length) / frames.length;
  figures.cases20k_frame_p95_ms = share(frames, 0.95);
}

const profile = mkdtempSync(join(tmpdir(), "doorstep-bench-"));
const context = await chromium.launchPersistentContext(profile, { executablePath: browser(), args: ["--no-sandbox"], viewport: { width: 1440, height: 900 }, locale: "zh-CN" });
try {
  const page = context.pages()[0];
  const line = await context.newCDPSession(page);
  await measure(page, line);
} finally {
  await context.close();
  rmSync(profile, { recursive: true, force: true });
}
for (const [name, value] of Object.entries(figures)) console.log(`${name.padEnd(32)} ${Number(value.toFixed(3))}`);
console.log(JSON.stringify({ figures }));
