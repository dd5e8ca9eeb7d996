import { words } from "../../words/t";

export const t = words({
  title: ["委托方", "Creditors"], empty: ["还没有委托方。先新增委托方，专员才能导入其文件。", "No creditors yet: add one, then its files can be imported."], add: ["新增委托方…", "Add a creditor…"], edit: ["修改", "Edit"],
  name: ["名称", "Name"], credit_code: ["统一社会信用代码", "Credit code"], contact: ["联系方式（印在单据上）", "Contact (printed on papers)"], payee_account: ["收款账户（单据上唯一可印的账户）", "Account (the only one papers may print)"], commission_no: ["委托协议编号", "Commission no."], contract_ends_on: ["委托到期日", "Contract ends"],
});
