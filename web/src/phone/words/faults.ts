// What went wrong, in words that say what to do. What has no words of its own is told by its name, for whoever helps.

import { t } from "./t";

type Word = Parameters<typeof t>[0];
const WORDS: { [name: string]: Word } = {
  QuotaExceededError: "fault_full", NotArrived: "fault_arrive", Locked: "fault_locked", NotEnrolled: "fault_enrol",
  NoNetwork: "no_network", NotOurServer: "fault_portal", RangeError: "fault_photos", NoForm: "fault_form",
  EncodingError: "fault_picture", InvalidStateError: "fault_picture", NotAllowedError: "fault_denied",
};
const PROBLEMS: { [type: string]: Word } = {
  "device-revoked": "revoked", "upgrade-needed": "new_app", "not-signed-in": "refused_token", "storage-fails": "refused_busy",
};

/** No form was pulled: the visit cannot be filled in. */
export class NoForm extends Error {
  override name = "NoForm";
}

/** Return a fault in the words of the screen. */
export function inWords(fault: unknown): string {
  const name = fault instanceof Error || fault instanceof DOMException ? fault.name : "";
  const word = WORDS[name];
  return word ? t(word) : t("fault_other", { what: name || typeof fault });
}

/** Return the server's refusal (a problem type) in the words of the screen. */
export function refusalInWords(type: string): string {
  const short = type.split("/").at(-1) ?? type;
  const word = PROBLEMS[short];
  return word ? t(word) : t("refused", { why: short });
}
