// Words of the visits' pages.

import { wordOf, words, type Words } from "../../words/t";

export const t = words({
  title: ["外访记录", "Visits"],
  empty: ["还没有外访记录。外访员的手机上传后会出现在这里。", "No visits yet. They appear once the agents' phones have sent them."],
  arrived: ["到达", "Arrived"], left: ["离开", "Left"], case_no: ["案号", "Case"], debtor: ["客户", "Debtor"], agents: ["外访员", "Agents"], outcome: ["结果", "Outcome"], presence: ["到场证明", "Presence"],
  evidence: ["证据等级", "Evidence"], files: ["影像", "Files"], state: ["状态", "State"], flags: ["标记", "Flags"], flaws: ["疑点", "Flaws"], with_flaws: ["有疑点", "With flaws"], without: ["无疑点", "Without flaws"],
  to_review: ["待复核", "To review"], all: ["全部", "All"], grade: ["{g} 级", "Grade {g}"], incomplete: ["未到齐", "Incomplete"], unsigned: ["未签名提交", "Unsigned"],
  met: ["会见人", "Met"], adult: ["成年", "Adult"], id_checked: ["核对身份", "Identity checked"], place: ["地点", "Place"], told: ["已告知", "Told"], not_told: ["未告知", "Not told"], next_step: ["下一步", "Next step"], delivered: ["送达文件", "Handed over"], plan_version: ["路线版本", "Plan version"],
  distance: ["距地址 {m} 米", "{m} m from the address"], no_fix: ["没有定位：{why}", "No position: {why}"], doubts: ["存疑", "In doubt"], incidents: ["事件", "Incidents"],
  photos: ["照片与录音", "Photos and recordings"], no_files: ["没有照片或录音。", "No photos or recordings."], not_here: ["文件未到齐", "Not here yet"], original: ["原件", "Original"], alike_n: ["与 {n} 张照片相似", "Looks like {n} other photos"], visit_n: ["外访 {n}", "visit {n}"],
  map: ["位置样本", "Position samples"], no_map: ["没有可显示的位置。", "No position to show."], address: ["地址", "Address"], sample: ["{what} {time}，误差 {m} 米", "{what} {time}, ±{m} m"],
  signatures: ["签名", "Signatures"], replay: ["回放", "Replay"], signature_of: ["{role}签名", "Signature: {role}"], no_strokes: ["无笔迹（{state}）", "No strokes ({state})"], seconds: ["{n} 秒", "{n} s"],
  promise: ["还款承诺", "Promise"], instalment: ["第 {n} 期", "No. {n}"], due: ["日期", "Due"], amount: ["金额", "Amount"], papers: ["单据", "Papers"], receipt: ["到访回执单", "Receipt"], promise_paper: ["还款承诺书", "Written promise"],
  rules: ["规则检查", "Rules"], rules_kept: ["其余 {n} 项均符合", "The other {n} are kept"], all_kept: ["{n} 项规则均符合", "All {n} rules kept"], broken: ["违反", "Broken"], unknown: ["无法判断", "Unknown"], overridden: ["已同意", "Agreed to"],
  records: ["原始记录", "Records"], records_hint: ["按手机记录链顺序；更正单与原记录并列，均不可修改。", "In the order of the phone's chain; corrections stand beside what they correct."], corrected: ["已更正", "Corrected"], received: ["收到", "Received"], phone_time: ["手机时间", "Phone's time"],
  review: ["复核", "Review"], accept: ["通过", "Accept"], back: ["退回更正", "Return"], accept_reason: ["复核意见（可不填）", "Note (may be empty)"], return_reason: ["退回更正：请写明需更正的内容，将发送到外访员手机", "Return for correction: say what has to be corrected; it goes to the agent's phone"],
  accepted: ["已通过", "Accepted"], returned: ["已退回", "Returned"], next: ["下一条待复核", "Next to review"], reviewed_by: ["{name} 于 {time} 复核", "Reviewed by {name} on {time}"], sealed_at: ["封存于 {time}", "Sealed on {time}"], keys: ["快捷键：A 通过，R 退回，N 下一条", "Keys: A accept, R return, N next"],
  stale: ["这条记录刚刚有变化（可能是手机又传来内容），已重新载入，请核对后再决定。", "The visit has changed just now (the phone may have sent more): it was loaded again, look before you decide."],
  case_page: ["案件", "Case"], scheme_page: ["方案", "Scheme"], copied: ["指纹 {hash}", "Fingerprint {hash}"],
});

export const VISIT_STATES = { open: ["进行中", "Open"], uploaded: ["待复核", "To review"], reviewed: ["已复核", "Reviewed"], returned: ["已退回", "Returned"], sealed: ["已封存", "Sealed"] } satisfies Words;
export const MET = { debtor: ["本人", "Debtor"], co_resident_adult: ["同住成年亲属", "Co-resident adult"], guarantor: ["保证人", "Guarantor"], co_debtor: ["共债人", "Co-debtor"], third_party: ["第三人", "Third party"], nobody: ["无人", "Nobody"], workplace_reception: ["单位前台", "Reception"], co_resident_minor: ["未成年人", "A minor"] } satisfies Words;
export const DISCLOSURES = { identity: ["受托身份", "Identity"], recording: ["录音录像", "Recording"], no_cash: ["不收现金", "No cash"], data_notice: ["信息处理", "Data"], objection_channel: ["异议渠道", "Objection"] } satisfies Words;
export const INCIDENTS = { threat: ["威胁", "Threat"], violence: ["暴力", "Violence"], accident: ["意外受伤", "Accident"], animal: ["动物伤人", "Animal"], detained: ["被限制离开", "Detained"], do_not_contact: ["要求不再上门", "Asked not to be contacted"], other: ["其他", "Other"] } satisfies Words;
export const SEVERITIES = { "1": ["仅记录", "A note"], "2": ["须主管致电", "Supervisor must call"], "3": ["正在危险中", "Danger now"] } satisfies Words;
export const RECORD_TYPES = { check_in: ["到达", "Arrival"], met: ["会见", "Met"], disclosure: ["告知", "Disclosures"], promise: ["承诺", "Promise"], signed_paper: ["签署", "Signed paper"], manifest: ["影像清单", "Files"], outcome: ["结果", "Outcome"], check_out: ["离开", "Departure"], incident: ["事件", "Incident"], correction: ["更正单", "Correction"], delivered_paper: ["送达", "Delivery"], location: ["轨迹", "Track"], plan_event: ["行程", "Plan event"], contact_attempt: ["联系尝试", "Call"] } satisfies Words;
export const PAPER_STATES = { signed_by_debtor: ["本人签收", "Signed by the debtor"], signed_by_relative: ["亲属代收", "Signed by a relative"], refused_witnessed: ["拒签（有见证）", "Refused, witnessed"], left_sealed: ["留置密封件", "Left sealed"], shown: ["已出示", "Shown"], not_shown: ["未出示", "Not shown"], void: ["作废", "Void"] } satisfies Words;
export const PAPERS = { account_statement: ["客户对账单", "Account statement"], dunning_letter: ["催款函", "Dunning letter"], lawyers_letter: ["律师函", "Lawyer's letter"], promise: ["还款承诺书", "Written promise"], visit_receipt: ["到访回执单", "Receipt"], visit_scheme: ["外访方案审批表", "Visit scheme"], visit_summary: ["走访汇总表", "Visit summary"], evidence_index: ["证据目录", "Evidence index"] } satisfies Words;
export const PLACES = { at_door: ["门口", "At the door"], inside_with_consent: ["经同意入户", "Inside, with consent"], workplace_reception: ["单位前台", "Reception"], public_place: ["公共场所", "Public place"] } satisfies Words;
export const NEXT_STEPS = {
  await_promise: ["等待承诺到期", "Await the promise"], revisit: ["再次外访", "Visit again"], phone: ["电话联系本人", "Call the debtor"], send_letter: ["寄送函件", "Send a letter"], resolve_dispute: ["异议核实（停止外访）", "Resolve the dispute (no visits)"], negotiate_relief: ["困难协商/减免分期", "Negotiate relief"],
  verify_payment: ["向委托方核对回款", "Check the payment with the creditor"], verify_address: ["核实地址", "Verify the address"], verify_status: ["核实死亡/失踪/羁押", "Verify death, absence or custody"], review_safety: ["安全复盘", "Review safety"], propose_suspend: ["提请暂停催收", "Propose to suspend"], propose_sue: ["提请起诉", "Propose to sue"],
} satisfies Words;
export const DOUBTS = { no_fix: ["没有定位", "No position"], mocked: ["定位疑为伪造", "Position made up"], typed: ["手工输入", "Typed"], far: ["离地址太远", "Too far"], old: ["定位过旧", "Old fix"], coarse: ["误差大", "Coarse"], not_satellites: ["非卫星定位", "Not by satellites"], address_coarse: ["地址只到街道或村", "Address coarse"], address_unknown: ["地址未定位", "Address unknown"] } satisfies Words;
export const FLAGS = {
  late: ["停用后上交", "Handed in late"], unsigned: ["未签名提交", "Unsigned"], unplaced: ["无法归入拜访点", "Not placed"], deprecated_form: ["旧版表单", "Old form"], unknown_form: ["未知表单", "Unknown form"], form_differs: ["表单内容不符", "Form differs"], records_missing: ["记录有缺", "Records missing"],
  file_used_before: ["照片曾用于其他外访", "File used before"], file_looks_like_another: ["照片与他处相似", "Looks like another"], file_camera_time_differs: ["相机时间不符", "Camera time differs"], file_camera_place_differs: ["相机位置不符", "Camera place differs"], file_size_differs: ["文件大小不符", "Size differs"], file_bytes_after_image: ["图片后附有数据", "Bytes after image"],
  used_before: ["曾用于其他外访", "Used before"], looks_like_another: ["与他处相似", "Looks like another"], camera_time_differs: ["相机时间不符", "Camera time differs"], camera_place_differs: ["相机位置不符", "Camera place differs"], size_differs: ["大小不符", "Size differs"], bytes_after_image: ["图片后附有数据", "Bytes after image"],
  clock_doubtful: ["手机时间存疑", "Clock in doubt"], third_party_disclosure: ["可能向第三人透露", "Disclosure to a third party"], minor_received: ["未成年人代收", "A minor received"], promise_without_debtor: ["非本人承诺", "Promise not by the debtor"], outcome_does_not_fit: ["结果与记录不符", "Outcome does not fit"], unknown_paper: ["未知单据", "Unknown paper"], signature_absent: ["缺签名", "Signature absent"], supplemented_after_seal: ["封存后补充", "Added after seal"], copies_differ: ["副本不符", "Copies differ"],
  not_canonical: ["编码不规范", "Not canonical"], clock_skew: ["手机时钟不准", "Clock was off"], clock_jump: ["手机时间被调整", "Clock was changed"], future_date: ["时间晚于接收", "Dated in the future"], replay: ["序号重放", "Replayed"], seq_gap: ["到达时缺号", "Gap on arrival"], fork: ["记录链分叉", "Chain forks"], unknown_type: ["未知记录类型", "Unknown type"], out_of_scope: ["外访已改派", "No longer this agent's"],
  supplemented: ["复核后补充", "Added after review"], assembly_failed: ["汇总失败", "Not put together"], correction_without_target: ["更正单找不到原记录", "Corrects what is not there"], correction_does_not_fit: ["更正单与原记录不符", "Correction does not fit"], file_conflict: ["文件属于其他外访", "File of another visit"], promise_conflict: ["承诺属于其他外访", "Promise of another visit"], other_bytes: ["与出具的单据不一致", "Not the paper issued"],
  several_check_in: ["多次到达打卡", "Several check-ins"], several_met: ["多条会见记录", "Several meetings"], several_disclosure: ["多条告知记录", "Several disclosures"], several_outcome: ["多条结果", "Several outcomes"], several_check_out: ["多次离开打卡", "Several check-outs"],
} satisfies Words;
const UNREADABLE: Words = { unreadable: ["无法打开", "Does not open"] };
/** Return the word of a flag of a visit, its records, papers or files; why a file does not open is one word. */
export const flagWord = (flag: string): string => (/^(file_)?unreadable_/.test(flag) ? wordOf(UNREADABLE, "unreadable") : wordOf(FLAGS, flag.split(":")[0]));
export const SHOWS = { delivered_paper: ["送达单据", "Paper handed over"], building: ["楼栋", "Building"], signature: ["签名", "Signature"], door: ["门牌", "Door"], paper: ["单据", "Paper"], surroundings: ["周边", "Surroundings"], person: ["人员", "Person"], other: ["其他", "Other"], recording: ["录音", "Recording"], signed_original: ["签署原件", "Signed original"] } satisfies Words;
export const OUTCOMES = {
  1: ["见本人-承诺", "met: promised to pay"],
  2: ["见本人-签对账单", "met: signed the account statement"],
  3: ["见本人-拒绝", "met: refused to pay"],
  4: ["见本人-异议", "met: disputes the debt"],
  5: ["见本人-困难/协商", "met: in hardship, wants to negotiate"],
  6: ["见同住成年亲属-代收", "co-resident adult relative took the sealed paper"],
  7: ["无人应答", "nobody answered"],
  8: ["地址不存在/已搬迁", "no such address, or moved away"],
  9: ["见第三人-未透露", "met a third party, nothing disclosed"],
  10: ["拒绝沟通/被阻", "would not talk, or the way was barred"],
  11: ["安全中止", "broken off for safety"],
  12: ["死亡/失踪/羁押线索", "a lead that the debtor is dead, missing or detained"],
  13: ["已还款(客户称)", "says that it is paid"],
  14: ["未执行(改期)", "not carried out, to be planned again"],
} satisfies Words;
