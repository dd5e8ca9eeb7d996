// Words of verifying a file in the browser.

import { words, type Words } from "../../words/t";

export const t = words({
  title: ["文件核验", "Verify a file"], how: ["卷宗（ZIP）或单据（PDF）只在本浏览器中计算，不会上传。", "A dossier (ZIP) or a paper (PDF) is read in this browser only; it is sent nowhere."], drop: ["把文件拖到这里，或点击选择", "Drop a file here, or choose it"],
  working: ["正在核验 {n}%", "Verifying {n} %"], all_good: ["✓ 核验通过", "✓ Verified"], bad: ["✗ 核验未通过", "✗ Not verified"], file: ["文件", "File"], sha: ["SHA-256", "SHA-256"], about: ["卷宗内容", "About"],
  key_same: ["日志公钥与本服务器公布的一致", "the log's key is the one this server publishes"], key_other: ["日志公钥与本服务器公布的不一致：卷宗可能出自其他安装，请另行比对", "the log's key is not the one this server publishes: compare it with a copy from elsewhere"], key_unknown: ["未能取得服务器公钥", "the server's key could not be had"],
  limits: ["本页不核验电子签章与第三方时间戳，也不检索公开日志有无遗漏；请用命令 doorstep verify。设备公钥请与卷宗之外取得的副本比对。", "Not checked here: seals, time stamps, the whole public log (doorstep verify does). Compare the devices' keys with copies from elsewhere."],
  serial: ["单据编号", "Serial"], serial_hint: ["印在首页左上角，如 HZ-20261202-0007-4", "printed at the top left"], compare: ["比对", "Compare"], paper_same: ["✓ 与我们发出的文件逐字节一致", "✓ Byte for byte the file we issued"], paper_other: ["✗ 不是这个编号下发出的文件：可能是其他版本，或已被改动（打印、扫描、另存也会改变）", "✗ Not the file issued under this serial: another version, or altered"], paper_state: ["状态", "State"], in_force: ["有效", "in force"], not_in_force: ["无效或已被取代", "not in force"], sealed_at: ["封存时间", "Sealed"], log_index: ["存证序号", "Log index"], odd: ["请选择 ZIP 或 PDF 文件", "Choose a ZIP or a PDF"], another: ["核验另一份", "Another file"],
});

export const CHECKS = {
  archive: ["文件结构", "Archive"], bag: ["打包后未变", "Nothing changed since packing"], completeness: ["内容与目录一致", "All of the index, nothing else"], records: ["现场记录", "Records"], signatures: ["设备签名", "Signatures of the phones"], chain: ["设备链", "Chain of each phone"], files: ["影像与签名清单一致", "Files as signed"], log: ["公开日志与本案链", "Public log and the case's chain"],
} satisfies Words;
