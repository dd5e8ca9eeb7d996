// What has to be said at the door (已告知事项), word for word. Whoever only takes a sealed envelope is told nothing of a debt.

import type { Label } from "@shared/definitions";

type Said = { [statement: string]: Label };

/** To debtor, co-debtor and guarantor. */
const TO_OWING: Said = {
  identity: { zh: "您好，我们受{creditor}委托，就您的{product}账户上门沟通。这是我们的工作证件和委托文件，请查看。", en: "Good day. {creditor} has commissioned us to speak with you about your {product} account. Here are our work IDs and the authorisation; please look at them." },
  recording: { zh: "为保障双方权益，本次外访全程录音录像，现在已经开始。", en: "To protect both of us this visit is recorded throughout; the recording is running." },
  no_cash: { zh: "我们不收取任何现金，也不接受转入任何个人账户。还款请只转入委托方的账户。", en: "We take no cash and no transfer to any private account. Pay only to the creditor's own account." },
  data_notice: { zh: "我们只为本次委托处理必要的个人信息。您可以要求查阅、更正，方式写在到访回执单上。", en: "We handle only the personal data this commission needs. You may ask to see or correct them; the receipt says how." },
  objection_channel: { zh: "您对金额或我们的做法有异议，可以现在告诉我们，也可以按回执单上的电话投诉；核实期间我们不再上门。", en: "If you object to the amount or to our conduct, tell us now or call the number on the receipt; we do not come back while it is looked into." },
};

/** To a co-resident adult who may take a sealed envelope. */
const TO_RELATIVE: Said = {
  identity: { zh: "您好，我们来给{name}本人送一份密封文件。这是我们的工作证件，请查看。", en: "Good day. We bring a sealed envelope for {name} in person. Here are our work IDs; please look at them." },
  recording: TO_OWING.recording!,
  no_cash: { zh: "我们不收取任何款项。", en: "We take no money of any kind." },
  data_notice: { zh: "请您签收时，我们只登记您的姓名和与本人的关系，仅用于证明送达。", en: "If you sign for it we write down your name and relation only, to prove that it was delivered." },
  objection_channel: { zh: "是否代收由您自愿决定；您不愿意，我们马上离开。", en: "You decide freely whether to take it; if you would rather not, we leave at once." },
};

/** Return the sentence to be read out for a statement, empty for one that has none. */
export function statement(name: string, met: string, told: { creditor: string; product: string; name: string }): Label {
  const said = (met === "co_resident_adult" ? TO_RELATIVE : TO_OWING)[name] ?? { zh: "", en: "" };
  const filled = (text: string) => text.replace(/\{(\w+)\}/g, (_, part: "creditor" | "product" | "name") => told[part] ?? "");
  return { zh: filled(said.zh), en: filled(said.en) };
}
