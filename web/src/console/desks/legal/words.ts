// Words of legal's desk: readiness, clocks, dossiers, filings, deadlines.

import { words, type Words } from "../../words/t";

export const t = words({
  cases: ["法务案件", "Cases with legal"], deadlines: ["期限", "Deadlines"], opinions: ["待出具意见", "Opinions to give"], empty: ["还没有移交法务的案件。总经理决定起诉、支付令或报案准备后，案件会出现在这里。", "No case is with legal. One comes here once the general manager decided to sue or to file."],
  case: ["案件", "Case"], debtor: ["客户", "Debtor"], owed: ["欠款", "Owed"], days: ["逾期天数", "Days past due"], product: ["产品", "Product"], last_visit: ["上次外访", "Last visit"], back: ["全部案件", "All cases"],
  readiness: ["立案准备", "Readiness"], court: ["起诉", "Suit"], payment_order: ["支付令", "Payment order"], police: ["报案", "Police report"], missing: ["缺 {n} 项", "{n} missing"], to_find_out: ["待确认 {n} 项", "{n} to find out"], complete: ["齐备", "complete"], venues: ["可能的管辖法院", "Courts that may have venue"], no_conclusion: ["系统只列事实与缺项，不作法律结论。", "Facts and gaps only: nothing here concludes."],
  clock: ["诉讼时效", "Limitation"], runs_out: ["最后一日 {on}", "last day {on}"], left: ["剩余 {n} 天", "{n} days left"], expired: ["已届满", "run out"], guarantees: ["保证期间", "Guarantee periods"],
  dossier: ["法务卷宗", "Dossier"], build: ["制作卷宗", "Build the dossier"], building: ["正在制作…可离开本页，进度在「后台任务」", "Building… you may leave; see Jobs"], dossier_job: ["卷宗 {case}", "Dossier {case}"], no_dossier: ["还没有卷宗。制作时会先出具回执、证据目录，再打包并自行验证。", "None yet. Building issues receipts and the index, packs and verifies itself."], built: ["卷宗已制作", "The dossier is built"], download: ["下载 ZIP", "Download"], verified: ["自验通过", "verified"], not_verified: ["自验未通过", "not verified"], counts: ["外访 {visits} · 记录 {records} · 文件 {files} · 单据 {papers}", "visits {visits} · records {records} · files {files} · papers {papers}"], lacks: ["缺失项", "What is missing"], sha: ["文件指纹", "SHA-256"], verify_here: ["在浏览器中核验", "Verify in the browser"],
  filings: ["立案与报案", "Filings"], no_filings: ["还没有登记。", "None yet."], begin: ["登记新的递交", "Begin a filing"], kind: ["类型", "Kind"], authority: ["法院或公安机关", "Court or police station"], standing: ["当前", "Stands at"], preparing: ["准备中", "being prepared"], next_step: ["登记下一步", "Record the next step"], step: ["步骤", "Step"], on: ["发生日", "Day"], proof: ["凭证（案号、收件章日期等，不写个人信息）", "Proof (file number, stamp; no personal data)"], record: ["登记", "Record"], recorded: ["已登记", "Recorded"], take_back: ["撤回最后一步", "Take back the last step"], taken_back: ["已撤回", "taken back"], why_back: ["撤回理由", "Why it is taken back"], not_allowed: ["总经理的决定尚不支持此类递交。", "The decision in force is not for this."],
  due: ["期限", "Due"], act_by: ["最迟 {on}", "by {on}"], overdue: ["逾期 {n}", "overdue {n}"], soon: ["临近 {n}", "near {n}"], in_days: ["还有 {n} 天", "in {n} days"], late: ["已过 {n} 天", "{n} days late"], no_due: ["这段时间没有期限。", "Nothing is due in this time."], ahead: ["往后", "Ahead"], all_time: ["全部", "All"], n_days: ["{n} 天", "{n} days"], whose_ours: ["我方", "ours"], whose_theirs: ["对方/机关", "theirs"], grade: ["依据 {grade} 级", "source grade {grade}"],
  ics: ["下载日历 (.ics)", "Calendar file (.ics)"], subscribe: ["订阅到手机/Outlook 日历", "Subscribe in a calendar"], subscribed: ["订阅地址（只显示一次，内含密钥，不含姓名与金额）", "Address (shown once; a secret; no names, no amounts)"], until: ["有效至 {on}", "until {on}"], copy: ["复制", "Copy"], copied: ["已复制", "Copied"], close_feed: ["停用订阅", "Stop the feed"], feed_closed: ["订阅已停用", "The feed is void"], papers: ["单据", "Papers"],
});

export const FILINGS = { court: ["起诉立案", "Suit"], payment_order: ["申请支付令", "Payment order"], police: ["报案", "Police report"] } satisfies Words;

export const STEPS = {
  authorised: ["委托方授权并盖章", "authorised by the creditor"], filed: ["已递交", "handed in"], correction_asked: ["要求补正", "correction asked for"], corrected: ["已补正", "corrected"], accepted: ["立案（受理）", "accepted"], refused: ["不予立案（受理）", "not accepted"],
  hearing: ["开庭", "hearing"], judged: ["裁判文书送达", "judgment served"], appealed: ["上诉", "appealed"], settled: ["调解或和解", "settled"], final: ["法律文书生效", "in force"], order_served: ["支付令送达债务人", "order served"], objected: ["债务人异议，督促程序终结", "the debtor objected"],
  reconsideration: ["申请复议", "reconsideration"], upheld: ["复议维持", "upheld"], review: ["申请复核", "review"], dropped: ["撤销案件或不起诉", "dropped"], enforcement: ["申请强制执行", "enforcement"], withdrawn: ["撤回", "withdrawn"], closed: ["结案", "closed"],
} satisfies Words;
