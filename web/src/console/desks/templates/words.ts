import { words } from "../../words/t";

export const t = words({
  title: ["单据模板", "Paper templates"], kind: ["单据种类", "Kind of paper"], versions: ["版本", "Versions"], shipped: ["随系统提供", "Shipped"], in_force: ["使用中", "In force"], waiting: ["待批准", "To be approved"], withdrawn: ["已停用", "Withdrawn"], past: ["已被替代", "Superseded"],
  edit: ["据此起草新文本", "Draft a new text from this"], clause: ["条款", "Clause"], preview: ["预览", "Preview"], save: ["提交新文本", "Submit the text"], approve: ["批准此文本", "Approve this text"], withdraw: ["停用", "Withdraw"], second: ["起草人不能批准自己的文本；批准按文本指纹核对。", "Nobody approves a text of his own; what is approved is exactly what was seen, by its fingerprint."],
  changed: ["与所据文本相比的改动", "What is changed"], unchanged: ["没有改动", "Nothing is changed"], digest: ["文本指纹", "Fingerprint"], none: ["选择左侧的版本查看", "Choose a version"],
});
