// Words of the imports' pages and of the fields a creditor's file may hold (server/cases/headers.py).

import { words, type Words } from "../../words/t";

export const t = words({
  title: ["导入", "Imports"], new: ["导入文件…", "Import a file…"], new_title: ["导入文件", "Import a file"], in_row: ["第 {n} 行", "row {n}"], kb_least: ["不足 1 kB", "less than 1 kB"], to_choose: ["请先选择委托方和文件。", "Choose the creditor and a file first."], needs: ["文件里要有这些列：{names}。", "The file needs these headings: {names}."], try_anew: ["若委托方换了文件格式，请勾选上面的「重新识别列名」再试读。", "If the creditor changed its layout, tick “Recognise the headings anew” above and check again."], cases: ["委案名单", "Placements"], payments: ["回款流水", "Payment feed"], kind: ["文件种类", "Kind"],
  empty: ["还没有导入过文件。点「导入文件」选择委托方发来的 Excel 或 CSV，系统先试读并列出问题，确认后才入库。", "Nothing was imported yet. Choose a creditor's Excel or CSV file: it is checked first, and written only when you say so."],
  file: ["文件", "File"], creditor: ["委托方", "Creditor"], received: ["数据日期", "As of"], handed_in: ["收到日期", "Received"], rows: ["行数", "Rows"], accepted: ["通过", "Good"], flagged: ["带标记", "Flagged"], refused: ["未收", "Refused"],
  state: ["状态", "State"], at: ["时间", "When"], committed_at: ["入库时间", "Committed"],
  choose: ["把文件拖到这里，或点击选择", "Drop the file here, or click to choose"], formats: [".xlsx 或 .csv（UTF-8、GB18030），最大 24 MB、20 万行", ".xlsx or .csv (UTF-8, GB18030), at most 24 MB and 200,000 rows"],
  as_of: ["数据截至日（文件中未注明时用）", "As-of day (when the file does not say)"], check: ["上传并试读", "Upload and check"], checking: ["正在读取…", "Reading…"], uploading: ["正在上传…", "Uploading…"],
  anew: ["重新识别列名（文件格式与该委托方以往不同时勾选）", "Recognise the headings anew (when the layout differs from the creditor's earlier files)"],
  nothing_written: ["试读不写入任何案件；看过问题表再确认入库。", "Checking writes nothing; look at the faults, then commit."],
  report: ["试读结果", "Report"], commit: ["确认入库（{n} 行）", "Commit {n} rows"], commit_ask: ["{accepted} 行通过、{flagged} 行带标记入库；{refused} 行未收。新增 {created}、更新 {updated}、不变 {unchanged}。", "{accepted} good and {flagged} flagged rows are written; {refused} are not. New {created}, updated {updated}, unchanged {unchanged}."],
  committed: ["已入库", "Committed"], faults_file: ["下载待更正文件", "Download the rows to correct"], faults: ["问题表", "Faults"], notes: ["提示", "Notes"], no_faults: ["没有问题", "No faults"],
  place: ["位置", "Where"], header: ["列名", "Heading"], value: ["单元格内容", "Cell"], fault: ["原因", "Reason"], severity: ["处理", "Effect"],
  totals: ["合计核对", "Totals"], in_file: ["文件合计", "In the file"], ours: ["逐行相加", "Added up"], difference: ["差额", "Difference"], no_totals: ["文件没有合计行", "The file has no totals row"],
  mapping: ["列映射", "Mapping"], mapping_hint: ["左边是文件里的列名，右边是系统里的含义。改动后用已上传的文件重新试读，不必再传。入库后此映射成为该委托方的模板。", "Left the headings of the file, right what they mean here. After a change the file is checked again without another upload. Committed, it becomes the creditor's template."],
  unused: ["不使用", "Not used"], remap: ["用此映射重新试读", "Check again with this mapping"], unit: ["金额单位", "Amounts are in"], yuan: ["元", "yuan"], wan: ["万元", "10,000 yuan"], defaults: ["默认产品", "Product if unsaid"],
  twice: ["「{name}」对应了两列", "Two headings mean “{name}”"], created: ["新增", "New"], updated: ["更新", "Updated"], unchanged: ["不变", "Unchanged"], what_changed: ["入库变化", "What changed"], what_anew: ["新增 {created}，更新 {updated}", "{created} new, {updated} updated"], what_same: ["与已有内容相同，{n} 户不变", "the same as before, {n} unchanged"],
  discard: ["撤销导入…", "Throw away…"], discard_ask: ["文件内容和试读结果将被删除，不写入任何案件，且不能恢复。", "The file and what was read from it are deleted; no case is written. This cannot be undone."], discarded: ["已撤销，文件内容已删除。", "Thrown away; nothing of the file is left."],
  to_cases: ["查看案件", "See the cases"], encoding: ["编码", "Encoding"], sha: ["文件指纹", "Fingerprint"],
});

export const STATES = { reading: ["读取中", "Reading"], dry_run: ["待确认", "To be committed"], committed: ["已入库", "Committed"], discarded: ["已撤销", "Thrown away"] } satisfies Words;
export const SEVERITIES = { refuse: ["不收该行", "Refuses the row"], flag: ["加标记", "Flags the row"], note: ["提示", "Note"] } satisfies Words;

export const FIELDS: Words = {
  case_no: ["案件序列号", "Case number"], contract_no: ["合同编号", "Contract number"], product: ["产品", "Product"], batch: ["批次", "Batch"], name: ["客户姓名", "Name"],
  id_type: ["证件类型", "Kind of ID"], id_number: ["证件号码", "ID number"], card_no: ["卡号/账号", "Card or account"], phone: ["手机", "Telephone"], contact_name: ["联系人", "Contact"],
  placed_on: ["委案日期", "Placed on"], return_on: ["预计退案日", "Return due"], overdue_on: ["首次逾期日", "Overdue since"], due_on: ["约定付款日/最后一期", "Due on"], days_past_due: ["逾期天数", "Days past due"],
  total: ["委案金额", "Total"], principal: ["本金", "Principal"], interest: ["利息", "Interest"], penalty_interest: ["罚息", "Default interest"], penalty: ["违约金", "Penalty"], fees: ["费用", "Fees"],
  contract_amount: ["合同金额", "Contract amount"], paid_amount: ["已付金额", "Paid so far"], penalty_rate: ["违约金率", "Penalty rate"], last_paid_on: ["最后还款日", "Last paid on"], last_paid: ["最后还款额", "Last paid"],
  home_address: ["家庭地址", "Home address"], work_address: ["单位地址", "Work address"], registered_address: ["户籍地址", "Registered address"], delivery_address: ["送货地址", "Delivery address"], other_address: ["其他地址", "Other address"],
  lon: ["经度", "Longitude"], lat: ["纬度", "Latitude"], datum: ["坐标系", "Datum"], guarantor_name: ["保证人", "Guarantor"], guarantor_id: ["保证人证件号", "Guarantor's ID"], guarantee_kind: ["保证方式", "Kind of guarantee"], remark: ["备注", "Remark"],
  paid_on: ["入账日期", "Booked on"], paid: ["入账金额", "Amount"], summary: ["摘要", "Summary"], serial: ["流水号", "Serial"],
};

/** The fields of a payment feed; all but these and the two it shares belong to placements. */
export const OF_PAYMENTS = ["case_no", "contract_no", "paid_on", "paid", "summary", "serial"];
const ONLY_PAYMENTS = new Set(["paid_on", "paid", "summary", "serial"]);
export const OF_CASES = Object.keys(FIELDS).filter((name) => !ONLY_PAYMENTS.has(name));
