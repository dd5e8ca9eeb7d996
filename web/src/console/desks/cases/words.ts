// Words of the cases' pages.

import { words } from "../../words/t";

export const t = words({
  title: ["案件", "Cases"],
  empty: ["还没有案件。专员在「导入」中读入委托方的文件后，案件会出现在这里。", "No cases yet. They appear once a specialist imports a creditor's file."],
  case_no: ["案号", "Case"], debtor: ["客户", "Debtor"], creditor: ["委托方", "Creditor"], product: ["产品", "Product"], state: ["状态", "State"],
  owed: ["欠款", "Owed"], days: ["逾期天数", "Days past due"], last_visit: ["上次外访", "Last visit"], return_due: ["委托到期", "Return due"],
  placed: ["委案金额", "Placed"], placed_on: ["委案日期", "Placed on"], flags: ["标记", "Flags"], least_days: ["逾期天数下限", "Least days past due"], list_them: ["列入外访名单…", "Put on a visit list…"],
  find: ["案号或姓名", "Case or name"], least: ["金额下限（元）", "Least amount (yuan)"], district: ["区县", "District"],
});
