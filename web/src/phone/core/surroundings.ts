// What the app runs in: an in-app browser that would lose everything, the home screen, how full the phone is.

export type InApp = "wechat" | "qq" | "dingtalk" | "alipay" | "weibo" | "feishu" | "";
export type Platform = "ios" | "android" | "harmony" | "desktop";

const IN_APP: [RegExp, InApp][] = [
  [/MicroMessenger/i, "wechat"],
  [/DingTalk/i, "dingtalk"],
  [/\bQQ\/\d/i, "qq"],
  [/AlipayClient/i, "alipay"],
  [/Weibo/i, "weibo"],
  [/Lark|Feishu/i, "feishu"],
];

/** How full the phone is; isKept tells whether the browser promised not to clear it by itself. */
export interface Storage {
  usedBytes: number;
  quotaBytes: number;
  isKept: boolean;
}

/** Return the app whose built-in browser this is, empty for a browser proper: there nothing is kept for days. */
export const inApp = (agent = navigator.userAgent): InApp => IN_APP.find(([mark]) => mark.test(agent))?.[1] ?? "";

/** Return the kind of phone, for the guide to the home screen. */
export function platform(agent = navigator.userAgent, touchPoints = navigator.maxTouchPoints): Platform {
  if (/iPhone|iPad|iPod/.test(agent) || (/Macintosh/.test(agent) && touchPoints > 1)) return "ios";
  if (/OpenHarmony|HarmonyOS|ArkWeb/i.test(agent)) return "harmony";
  return /Android/.test(agent) ? "android" : "desktop";
}

/** Does the app run from the home screen? On iOS it must: Safari clears other sites after seven days. */
export const isInstalled = (): boolean =>
  matchMedia("(display-mode: standalone)").matches || (navigator as { standalone?: boolean }).standalone === true;

/** Return what this browser lacks that the app cannot do without; empty when nothing. */
export function lacks(): string[] {
  const needed: [string, boolean][] = [
    ["https", globalThis.isSecureContext],
    ["crypto", !!globalThis.crypto?.subtle],
    ["indexedDB", !!globalThis.indexedDB],
    ["serviceWorker", "serviceWorker" in navigator],
  ];
  return needed.flatMap(([name, isThere]) => (isThere ? [] : [name]));
}

/** Return how full the phone is, after asking the browser to keep what it holds. */
export async function storage(): Promise<Storage> {
  const { storage: kept } = navigator;
  const isKept = (await kept?.persisted?.()) || (await kept?.persist?.()) || false;
  const { usage = 0, quota = 0 } = (await kept?.estimate?.()) ?? {};
  return { usedBytes: usage, quotaBytes: quota, isKept };
}

/** Can this browser read a code with its camera? */
export const canScan = (): boolean => "BarcodeDetector" in globalThis && !!globalThis.navigator?.mediaDevices?.getUserMedia;

/** Return the enrolment code in what a code's picture says: the app's address with `code=` in it, or the bare code; else empty. */
export function codeIn(scanned: string): string {
  const inLink = /[?&]code=([^&#\s]+)/.exec(scanned)?.[1];
  const bare = decodeURIComponent(inLink ?? scanned).trim();
  return /^[0-9A-Za-z-]{6,40}$/.test(bare) ? bare : "";
}
