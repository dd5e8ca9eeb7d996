// Goal figures of the phone's app in a real Chromium against a real server: `python -m bench.web` makes a week and calls
// node bench/web.mjs ADDRESS CODE; CODE is a fresh enrolment code of an agent with four stops or more. The app is fetched through a
// compressing proxy of this process, as a production proxy sends it. The last line is one JSON object: {"figures": …}.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, request } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { doors } from "./web_door.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const { chromium } = createRequire(join(root, "web/package.json"))("playwright-core");
const AXE = readFileSync(join(root, "web/node_modules/axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const [address, code] = process.argv.slice(2);
const PIN = "135790";
const SLOW_3G = { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 };
const FASTER = { offline: false, latency: 150, downloadThroughput: 200_000, uploadThroughput: 200_000 };
const figures = {};
const [csp, strangers] = [[], []];

/** Serve the installation, compressed as a production proxy does it. */
function proxy() {
  const server = createServer((asked, answer) => {
    const { hostname, port } = new URL(address);
    const onward = request({ hostname, port, path: asked.url, method: asked.method, headers: { ...asked.headers, "accept-encoding": "identity" } }, (got) => {
      const parts = [];
      got.on("data", (part) => parts.push(part)).on("end", () => {
        const body = gzipSync(Buffer.concat(parts), { level: 6 });
        const { "content-length": _, "transfer-encoding": __, ...headers } = got.headers;
        const isText = /text|javascript|json|svg/.test(headers["content-type"] ?? "") && got.statusCode === 200 && asked.url.startsWith("/m/");
        answer.writeHead(got.statusCode, isText ? { ...headers, "content-encoding": "gzip" } : headers);
        answer.end(isText ? body : Buffer.concat(parts));
      });
    });
    onward.on("error", () => answer.destroy());
    asked.pipe(onward);
  });
  return new Promise((done) => server.listen(0, "127.0.0.1", () => done(server)));
}

function sizes() {
  const folder = join(root, "server/static/m");
  const page = readFileSync(join(folder, "index.html"), "utf8");
  const zipped = (name) => gzipSync(readFileSync(join(folder, "assets", name)), { level: 9 }).length / 1000;
  const every = readdirSync(join(folder, "assets")).filter((name) => /\.(js|css)$/.test(name));
  const sum = (names) => names.reduce((all, name) => all + zipped(name), 0);
  figures.first_screen_kb_gz = sum(every.filter((name) => page.includes(name)));
  figures.total_kb_gz = sum(every);
}

/** Let the phone's clock show ten in the forenoon of today in Shanghai: no rule about hours is broken then. */
function forenoon() {
  const Real = Date, HOUR = 3_600_000, day = 24 * HOUR;
  const shift = Math.floor((Real.now() + 8 * HOUR) / day) * day + 2 * HOUR - Real.now();
  globalThis.Date = class extends Real {
    constructor(...told) {
      if (told.length) super(...told);
      else super(Real.now() + shift);
    }
    static now() {
      return Real.now() + shift;
    }
  };
}

/** Return the browser named, else the system's, else nothing: playwright then takes its own, or says how to get it. */
function browser() {
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chromium-headless-shell"];
  const known = names.flatMap((name) => (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, name)));
  return process.env.DOORSTEP_CHROMIUM ?? known.find((path) => existsSync(path));
}

async function opened(origin, { network, cpu = 1 } = {}) {
  const profile = mkdtempSync(join(tmpdir(), "doorstep-bench-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: browser(), args: ["--no-sandbox"], viewport: { width: 390, height: 844 },
    permissions: ["geolocation"], geolocation: { latitude: 22.54, longitude: 114.05, accuracy: 8 }, locale: "zh-CN",
  });
  const page = context.pages()[0];
  await page.addInitScript(forenoon);
  page.on("console", (said) => /Content Security Policy/.test(said.text()) && csp.push(said.text()));
  page.on("request", (asked) => /^https?:/.test(asked.url()) && !asked.url().startsWith(origin) && strangers.push(asked.url()));
  const line = await context.newCDPSession(page);
  await line.send("Network.enable");
  if (network) await line.send("Network.emulateNetworkConditions", network);
  await line.send("Emulation.setCPUThrottlingRate", { rate: cpu });
  return { context, page, line, close: async () => (await context.close(), rmSync(profile, { recursive: true, force: true })) };
}

/** Return the seconds from navigation until the first screen takes a tap: its field is there and the main thread is free. */
async function interactive(origin, told) {
  const { page, close } = await opened(origin, told);
  const began = performance.now();
  await page.goto(`${origin}/m/`, { waitUntil: "commit" });
  await page.locator("#code").waitFor();
  await page.evaluate(() => new Promise((done) => setTimeout(done, 0)));
  const took = (performance.now() - began) / 1000;
  await close();
  return took;
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const thrice = async (act) => median([await act(), await act(), await act()]);

/** Put stops into the phone's store, sealed as a pull would have sealed them. */
const fillStops = (page, count) => page.evaluate(async (most) => {
  const key = doorstep.session.pinKey();
  const seal = async (told) => {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, new TextEncoder().encode(JSON.stringify(told))));
    return new Uint8Array([...iv, ...sealed]).buffer;
  };
  const rows = [];
  for (let n = 0; n < most; n += 1) {
    const id = `0193a0b1-0000-7000-8000-${String(n).padStart(12, "0")}`;
    const stop = { id, case_id: id, scheme_id: id, day: "2026-12-02", seq: n + 1, plan_version: 1, agents: [], papers: [], windows: [], place: null, crew: "一组", arrive_at: null, depart_at: null, service_min: 20, rules: "", note: "" };
    const card = { id, stop_id: id, case_id: id, case_no: `A${n}`, debtor: { name: `测试${n}` }, address: { text: `深圳市福田区测试路${n}号` }, debt: {}, history: {}, do_not: [], frozen: [], note: "" };
    rows.push({ coll: "stops", id, sealed: await seal(stop) }, { coll: "cards", id, sealed: await seal(card) });
  }
  await doorstep.store.document.bulkPut(rows);
}, count);

/** Return the seconds from the PIN's last digit to the list of stops. */
async function unlocked(page) {
  await page.locator("#pin").waitFor();
  const began = performance.now();
  await page.fill("#pin", PIN);
  await page.locator("a.card").first().waitFor();
  return (performance.now() - began) / 1000;
}

async function violations(page) {
  await page.evaluate(`${AXE}; undefined`);
  return page.evaluate(async (tags) => (await axe.run(document, { runOnly: tags })).violations.map(({ id }) => id), TAGS);
}

async function enrolled(origin) {
  const { context, page, line, close } = await opened(origin);
  await page.goto(`${origin}/m/`);
  await page.fill("#code", code);
  await page.fill("#pin", PIN);
  await page.click("button[type=submit]");
  await page.locator("nav.tabs").waitFor();
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => caches.keys()));
  await page.waitForTimeout(2000);
  const found = [];
  for (const theme of ["light", "dark"]) {
    await page.evaluate((one) => (document.documentElement.dataset.theme = one), theme);
    for (const where of ["#/", "#/outbox", "#/messages", "#/me"]) {
      await page.evaluate((one) => (location.hash = one), where);
      await page.waitForTimeout(500);
      found.push(...(await violations(page)));
    }
  }
  figures.axe_violations = found.length;
  await page.evaluate(() => (location.hash = "#/"));
  if (await page.locator("a.card").first().waitFor({ timeout: 10_000 }).then(() => true, () => false)) {
    Object.assign(figures, await doors(page, (rate) => line.send("Emulation.setCPUThrottlingRate", { rate })));
  }
  await context.setOffline(true);
  await line.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  figures.offline_start_4x_s = await thrice(async () => {
    const began = performance.now();
    await page.goto(`${origin}/m/#/`, { waitUntil: "commit" });
    await page.reload({ waitUntil: "commit" });
    await page.locator("#pin").waitFor();
    return (performance.now() - began) / 1000;
  });
  await page.fill("#pin", PIN);
  await page.locator("nav.tabs").waitFor();
  await fillStops(page, 1000);
  for (const [name, rate] of [["list_1000_1x_s", 1], ["list_1000_4x_s", 4]]) {
    await line.send("Emulation.setCPUThrottlingRate", { rate });
    figures[name] = await thrice(async () => {
      await page.evaluate(() => (location.hash = "#/me"));
      await page.locator("button.bad").waitFor();
      const began = performance.now();
      await page.evaluate(() => (location.hash = "#/"));
      await page.locator("a.card").first().waitFor();
      return (performance.now() - began) / 1000;
    });
  }
  await line.send("Emulation.setCPUThrottlingRate", { rate: 1 });
  await page.reload({ waitUntil: "commit" });
  figures.unlock_to_list_1000_1x_s = await unlocked(page);
  await close();
}

sizes();
const served = await proxy();
const origin = `http://127.0.0.1:${served.address().port}`;
figures.tti_slow3g_4x_s = await thrice(() => interactive(origin, { network: SLOW_3G, cpu: 4 }));
figures.tti_1600kbps_4x_s = await thrice(() => interactive(origin, { network: FASTER, cpu: 4 }));
if (code) await enrolled(origin);
Object.assign(figures, { csp_violations: csp.length, third_party_requests: strangers.length });
served.close();
console.log(JSON.stringify({ figures }));
