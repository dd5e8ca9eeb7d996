// Words of verifying a file in the browser.

import { language, said, words, type Words } from "../../words/t";

export const t = words({
  title: ["文件核验", "Verify a file"], how: ["卷宗（ZIP）或单据（PDF）只在本浏览器中计算，不会上传。", "A dossier (ZIP) or a paper (PDF) is read in this browser only; it is sent nowhere."], drop: ["把文件拖到这里，或点击选择", "Drop a file here, or choose it"],
  working: ["正在核验 {n}%", "Verifying {n} %"], all_good: ["✓ 核验通过", "✓ Verified"], bad: ["✗ 核验未通过", "✗ Not verified"], file: ["文件", "File"], sha: ["SHA-256", "SHA-256"], about: ["卷宗内容", "About"],
  key_same: ["日志公钥与本服务器公布的一致", "the log's key is the one this server publishes"], key_other: ["日志公钥与本服务器公布的不一致：卷宗可能出自其他安装，请另行比对", "the log's key is not the one this server publishes: compare it with a copy from elsewhere"], key_unknown: ["未能取得服务器公钥", "the server's key could not be had"],
  limits: ["本页不核验电子签章与第三方时间戳，也不检索公开日志有无遗漏；请用命令 doorstep verify。设备公钥请与卷宗之外取得的副本比对。", "Not checked here: seals, time stamps, the whole public log (doorstep verify does). Compare the devices' keys with copies from elsewhere."],
  none: ["卷宗里没有这一类", "none of these are in it"], chain: ["手机 …{device}：{n} 条记录首尾相接", "phone …{device}: {n} records follow one another"], chain_gaps: ["手机 …{device}：{n} 条记录首尾相接；其间第 {gaps} 条属于别的案件，不在本卷宗", "phone …{device}: {n} records; {gaps} belong to other cases and are not here"],
  serial: ["单据编号", "Serial"], serial_hint: ["印在首页左上角，如 HZ-20261202-0007-4", "printed at the top left"], compare: ["比对", "Compare"], paper_same: ["✓ 与我们发出的文件逐字节一致", "✓ Byte for byte the file we issued"], paper_other: ["✗ 不是这个编号下发出的文件：可能是其他版本，或已被改动（打印、扫描、另存也会改变）", "✗ Not the file issued under this serial: another version, or altered"], paper_state: ["状态", "State"], in_force: ["有效", "in force"], not_in_force: ["无效或已被取代", "not in force"], sealed_at: ["封存时间", "Sealed"], log_index: ["存证序号", "Log index"], odd: ["请选择 ZIP 或 PDF 文件", "Choose a ZIP or a PDF"], another: ["核验另一份", "Another file"],
});

export const CHECKS = {
  archive: ["文件结构", "Archive"], bag: ["打包后未变", "Nothing changed since packing"], completeness: ["内容与目录一致", "All of the index, nothing else"], records: ["现场记录", "Records"], signatures: ["设备签名", "Signatures of the phones"], chain: ["设备链", "Chain of each phone"], files: ["影像与签名清单一致", "Files as signed"], log: ["公开日志与本案链", "Public log and the case's chain"],
} satisfies Words;

// What the verifier found, in the words `doorstep verify` uses, and in Chinese; the longer before what it ends with.
const FOUND: [en: string, zh: string][] = [
  ["leaf {0} of the case's chain does not follow leaf {1}", "本案链第 {0} 条接不上第 {1} 条"],
  ["{0}: the signature is not by the device's key", "{0}：签名不是这部设备作出的"],
  ["file {0} is in a signed manifest but not here", "签名清单里的文件 {0} 不在卷宗里"],
  ["{0}: not the bytes the signed manifest names", "{0}：与签名清单所记的内容不同"],
  ["{0}: record {1} does not follow the one before", "{0}：第 {1} 条接不上前一条"],
  ["leaf {0} of the case's chain is there twice", "本案链第 {0} 条出现两次"],
  ["{0}: its proof is under another checkpoint", "{0}：证明属于另一个检查点"],
  ["leaf {0} of the case's chain was left out", "本案链缺第 {0} 条"],
  ["{0}: the log's leaf names another hash", "{0}：公开日志记的是另一个哈希"],
  ["{0}: not in the log of its checkpoint", "{0}：不在该检查点的日志里"],
  ["its table of contents is broken", "压缩包目录已损坏，文件可能没有下载完整"],
  ["{0}: its leaf is not of this case", "{0}：日志条目不属于本案"],
  ["{0}: its bytes have another hash", "{0}：内容与登记的哈希不符"],
  ["{0}: no signed manifest binds it", "{0}：没有签名清单提到它"],
  ["{0} leads out of the folder", "{0} 指向文件夹之外"],
  ["{0} is in the index but missing", "{0} 在目录里，文件却不在"],
  ["{0}: says it is another record", "{0}：内容自称是另一条记录"],
  ["{0} is not as long as it says", "{0} 与自称的长度不符"],
  ["{0}: two records at place {1}", "{0}：第 {1} 位有两条记录"],
  ["{0}: no key of its device", "{0}：没有这部设备的公钥"],
  ["{0} is not in the index", "{0} 不在目录里"],
  ["one folder expected", "应当只有一个文件夹"],
  ["{0} is in no manifest", "{0} 不在任何校验清单里"],
  ["larger than 2 GiB", "超过 2 GiB"],
  ["more than it says", "解压后比自称的大"],
  ["{0} is there twice", "{0} 出现两次"],
  ["{0}: not a record", "{0}：不是现场记录"],
  ["{0} is not there", "{0} 不存在"],
  ["{0} is cut short", "{0} 不完整"],
  ["{0}: not a proof", "{0}：不是存证证明"],
  ["{0} was changed", "{0} 被改动过"],
  ["{0} is missing", "缺少 {0}"],
  ["{0} is broken", "{0} 已损坏"],
  ["not a ZIP", "不是 ZIP 文件，或没有下载完整"],
];
const PATTERNS = FOUND.map(([en, zh]) => [new RegExp(`^${en.replace(/[.()]/g, "\\$&").replace(/\{\d\}/g, "(.+)")}$`), zh] as const);

const COUNTED = {
  bag: ["{n} 个文件与打包时的校验值一致", "{n} files have the hashes they were packed with"], completeness: ["{n} 个文件都在目录里，没有多余", "{n} files, all in the index, nothing else"], records: ["{n} 条现场记录的内容与登记的哈希一致", "{n} records have the hashes listed"],
  signatures: ["{n} 条记录的签名都出自登记的手机", "{n} records are signed by the phones named"], files: ["{n} 个照片或录音与签名清单所记的内容相同", "{n} photos or recordings are the bytes that were signed for"], log: ["{n} 条都在公开日志里，本案链完整", "{n} leaves are in the public log, the case's chain is whole"],
} satisfies Words;
const CHAIN = /^(\w{8}): (\d+)(?: \((.+) …\))?$/;

/** Return what a check found, in the language of the screens: how many were looked at, or each fault. */
export function foundInWords(line: string, check: string): string {
  const of = CHAIN.exec(line);
  if (of) return t(of[3] ? "chain_gaps" : "chain", { device: of[1]!, n: of[2]!, gaps: of[3] ?? "" });
  if (line === "0") return t("none");
  return /^\d+$/.test(line) && check in COUNTED ? said(COUNTED[check as keyof typeof COUNTED]).replace("{n}", line) : faultInWords(line);
}

/** Return a fault in the language of the screens; in English as it is, and where no word is known. */
export function faultInWords(line: string): string {
  if (language.value !== "zh") return line;
  for (const [pattern, zh] of PATTERNS) {
    const told = pattern.exec(line);
    if (told) return zh.replace(/\{(\d)\}/g, (_, place: string) => told[Number(place) + 1] ?? "");
  }
  return line;
}
