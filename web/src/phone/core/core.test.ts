// What of the core needs no browser.

import assert from "node:assert/strict";
import { test } from "node:test";
import { bd09FromGcj02, gcj02FromWgs84 } from "@shared/datum";
import { unhex, hex } from "@shared/canonical";
import { vectors } from "@shared/vectors";
import { directions } from "./directions";
import type { Place } from "./documents";
import { montgomery, sealTo, x25519 } from "./export";
import { clean } from "./outbox";
import { Pace, waitS } from "./pace";
import { marks } from "./photos";
import { distanceM } from "./position";
import { inApp, platform } from "./surroundings";
import { newKey, newPinKey, open, openJson, rewrap, seal, sealJson, unwrap, WrongPin } from "./vault";

const littleEndian = (digits: string) => unhex(digits).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);

// The examples of RFC 7748 §5.2.
test("x25519 agrees with the RFC", () => {
  const once = (scalar: string, u: string) => hex(x25519(unhex(scalar), littleEndian(u) & ((1n << 255n) - 1n)));
  assert.equal(
    once("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4", "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"),
    "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552",
  );
  assert.equal(
    once("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d", "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493"),
    "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957",
  );
});

test("what is sealed to an Ed25519 key is opened by the X25519 key of the same secret", async () => {
  const pair = (await crypto.subtle.generateKey({ name: "Ed25519" }, true, ["sign", "verify"])) as CryptoKeyPair;
  const { d, x } = await crypto.subtle.exportKey("jwk", pair.privateKey);
  const [seed, to] = [new Uint8Array(Buffer.from(d!, "base64url")), new Uint8Array(Buffer.from(x!, "base64url"))];
  const secret = new Uint8Array(await crypto.subtle.digest("SHA-512", seed)).slice(0, 32);
  const once = crypto.getRandomValues(new Uint8Array(32));
  const ephemeral = x25519(once, 9n);
  assert.deepEqual(x25519(secret, littleEndian(hex(ephemeral))), x25519(once, montgomery(to)));
  const sealed = await sealTo(to, new TextEncoder().encode("{}"), once);
  assert.ok(new TextDecoder().decode(sealed).startsWith("doorstep.export/2\n"));
  assert.deepEqual(sealed.slice(18, 50), ephemeral);
});

test("a PIN opens its key and no other does", async () => {
  const kDev = await newKey();
  const { key, wrapped } = await newPinKey("135790", kDev);
  assert.equal(wrapped.rounds, 600_000);
  const kept = await sealJson(key, { 姓名: "冯兰𬱖" });
  assert.deepEqual(await openJson(await unwrap(wrapped, "135790", kDev), kept), { 姓名: "冯兰𬱖" });
  await assert.rejects(unwrap(wrapped, "135791", kDev), WrongPin);
  await assert.rejects(unwrap(wrapped, "135790", await newKey()), WrongPin);
  const again = await rewrap(wrapped, "135790", "246802", kDev);
  assert.deepEqual(await openJson(await unwrap(again, "246802", kDev), kept), { 姓名: "冯兰𬱖" });
  await assert.rejects(crypto.subtle.exportKey("raw", key));
});

test("sealed bytes that were altered do not open", async () => {
  const key = await newKey();
  const sealed = new Uint8Array(await seal(key, Uint8Array.of(1, 2, 3)));
  assert.deepEqual(new Uint8Array(await open(key, sealed.buffer)), Uint8Array.of(1, 2, 3));
  sealed[14]! ^= 1;
  await assert.rejects(open(key, sealed.buffer));
});

test("typed text is freed of what may not travel", () => {
  assert.deepEqual(clean({ a: "x\r\ny\u0007\ud800z\t", b: ["\udc00", 3, null, "𬱖"], c: undefined }), { a: "x\nyz\t", b: ["", 3, null, "𬱖"] });
});

test("waiting doubles up to five minutes and never in step", () => {
  assert.deepEqual([0, 1, 5, 20].map((failures) => waitS(failures, 0.5)), [1, 2, 32, 300]);
  assert.deepEqual([waitS(3, 0), waitS(3, 1)], [4, 12]);
  const pace = new Pace();
  pace.failed(10, 0.5);
  pace.failed(11, 0.5);
  assert.ok(!pace.isDue(12.9) && pace.isDue(13));
  pace.wentWell(13);
  assert.deepEqual([pace.failures, pace.dueS], [0, 43]);
  pace.hurry(14);
  assert.ok(pace.isDue(14));
});

for (const { wgs84, gcj02, bd09 } of vectors("datum").cases) {
  test(`datum: ${wgs84}`, () => {
    const close = (a: readonly number[], b: readonly number[]) => a.forEach((degrees, i) => assert.ok(Math.abs(degrees - b[i]!) < 1e-9));
    close(gcj02FromWgs84(wgs84), gcj02);
    close(bd09FromGcj02(gcj02), bd09);
  });
}

const place: Place = { lon: 114.057868, lat: 22.543099, datum: "WGS-84", precision: "door", caution: "" };
test("links lead to the point in the datum of the map", () => {
  const to = { place, address: "福田区 1 号" };
  assert.match(directions("amap", to), /^https:\/\/uri\.amap\.com\/navigation\?to=114\.062982,22\.5403818,%E7/);
  assert.match(directions("amap", to), /coordinate=gaode/);
  assert.match(decodeURIComponent(directions("baidu", to)), /latlng:22\.5403818,114\.062982\|name:福田区 1 号&coord_type=gcj02/);
  assert.equal(directions("other", to), "geo:22.543099,114.057868?q=22.543099,114.057868");
});

test("without a point to trust the address is searched for", () => {
  for (const one of [null, { ...place, caution: "centroid" }]) {
    const to = { place: one, address: "某村" };
    assert.match(directions("amap", to), /search\?keyword=%E6%9F%90%E6%9D%91/);
    assert.match(directions("baidu", to), /destination=%E6%9F%90%E6%9D%91&/);
    assert.equal(directions("other", to), "geo:0,0?q=%E6%9F%90%E6%9D%91");
  }
});

test("marks of a photo name time, place and the end of the visit's id", () => {
  const fix = { lon_e6: 114057868, lat_e6: 22543099, datum: "WGS-84", accuracy_m: 8, fixed_at: "", provider: "gnss" } as const;
  const lines = marks(Date.UTC(2026, 11, 2, 1, 30), "0193a0b1-0000-7000-8000-00000000a001", { shows: "door", fix, caption: "某路" });
  assert.deepEqual(lines, ["2026-12-02 09:30:00 (UTC+8)  0000a001", "22.543099, 114.057868 ±8 m WGS-84", "某路"]);
  assert.match(marks(0, "x", { shows: "door", fix: null })[1]!, /无定位/);
});

test("distances on the ground", () => assert.ok(Math.abs(distanceM({ lon: 114, lat: 22.5 }, { lon: 114, lat: 22.51 }) - 1112) < 1));

test("browsers inside other apps are known", () => {
  assert.equal(inApp("Mozilla/5.0 (Linux; Android 12) MicroMessenger/8.0.40"), "wechat");
  assert.equal(inApp("Mozilla/5.0 (iPhone) AliApp(DingTalk/7.0) DingTalk/7.0"), "dingtalk");
  assert.equal(inApp("Mozilla/5.0 (Linux; Android 12) QQ/8.9.50"), "qq");
  assert.equal(inApp("Mozilla/5.0 (Linux; Android 12) Chrome/120 MQQBrowser/13"), "");
  assert.equal(platform("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0)", 5), "ios");
  assert.equal(platform("Mozilla/5.0 (Macintosh; Intel Mac OS X)", 5), "ios");
  assert.equal(platform("Mozilla/5.0 (Phone; OpenHarmony 5.0) ArkWeb/4.1", 5), "harmony");
  assert.equal(platform("Mozilla/5.0 (Linux; Android 12)", 5), "android");
  assert.equal(platform("Mozilla/5.0 (X11; Linux x86_64)", 0), "desktop");
});
