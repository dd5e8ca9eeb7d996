// Questions before a change: confirm it, or say why. Both answer null when the person thinks better of it.

import { ElMessage, ElMessageBox } from "element-plus";
import { h } from "vue";
import { tell } from "../api/problems";
import { common as t } from "../words/common";

/** The title of a dialog that a button ending in dots opens. */
export const titleOf = (button: string): string => button.replace(/…$/, "");

/** Ask for a reason; returns it trimmed, or null. least: the shortest reason taken. */
export async function askReason(title: string, { least = 2, hint = "" } = {}): Promise<string | null> {
  const answer = await ElMessageBox.prompt(hint || t("reason"), titleOf(title), {
    inputType: "textarea", confirmButtonText: t("ok"), cancelButtonText: t("cancel"),
    inputValidator: (value: string) => (value ?? "").trim().length >= least || t("reason_needed"),
  }).catch(() => null);
  return answer === null ? null : String((answer as { value: string }).value).trim();
}

/** Ask for a name of one line; returns it trimmed, or null. */
export async function askName(title: string, { value = "" } = {}): Promise<string | null> {
  const answer = await ElMessageBox.prompt("", titleOf(title), {
    inputValue: value, confirmButtonText: t("ok"), cancelButtonText: t("cancel"),
    inputValidator: (typed: string) => Boolean((typed ?? "").trim()) || t("name_needed"),
  }).catch(() => null);
  return answer === null ? null : String((answer as { value: string }).value).trim();
}

/** Ask whether to go on. */
export const confirm = (text: string, title: string): Promise<boolean> =>
  ElMessageBox.confirm(text, titleOf(title), { confirmButtonText: t("ok"), cancelButtonText: t("cancel"), type: "warning" }).then(() => true, () => false);

/** Say that something is done. */
export const toast = (text: string): void => void ElMessage({ message: text, type: "success", duration: 3_000 });

/** Say what was done, with a way to take it back for eight seconds. */
export function undoable(text: string, undo: () => void): void {
  const shown = ElMessage({
    type: "success", duration: 8_000, showClose: true,
    message: h("span", [text, " ", h("button", { type: "button", class: "link", onClick: () => { shown.close(); undo(); } }, t("undo"))]),
  });
}

/** Say what went wrong, until it is closed. */
export async function complain(fault: unknown): Promise<void> {
  ElMessage({ message: await tell(fault), type: "error", duration: 0, showClose: true });
}

/** Carry out a change: true when it went well; a fault is shown and false returned. */
export async function attempt(work: () => Promise<unknown>, done = ""): Promise<boolean> {
  try {
    await work();
    if (done) toast(done);
    return true;
  } catch (fault) {
    await complain(fault);
    return false;
  }
}
