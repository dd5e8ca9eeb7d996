// What a visit's answers begin with, so that the thumb need not tell what is known: all of it is shown and may be changed.
// Whom the crew met is never taken for granted: that answer is what brings the debt onto the screen.

import type { Checked } from "@shared/answers";
import { type Form, walk } from "@shared/definitions";
import type { Answers } from "@shared/expressions";
import type { CardDocument } from "../core";

/** Fill in what follows from the answers given, leaving alone what somebody chose. */
export function fill(answers: Answers, { form, checked, card }: { form: Form; checked: Checked; card: CardDocument }): void {
  answers.address_as_planned ??= "yes";
  if (answers.met && answers.met !== "nobody") answers.place ??= "at_door";
  nextStep(answers, form, checked);
  if (!checked.revealsDebt) return;
  if (answers.met === "debtor") answers.met_name ??= card.debtor.name;
  if (answers.outcome !== "1") return;
  answers.confirmed_fen ??= card.debt.outstanding_fen;
  if (card.debt.as_of) answers.confirmed_as_of_on ??= card.debt.as_of;
}

/** Propose the first next step of the outcome; one that another outcome unlocked does not stay. */
function nextStep(answers: Answers, form: Form, checked: Checked): void {
  const item = [...walk(form.items)].find((one) => one.name === "next_step");
  if (!item || !answers.outcome) return;
  const offered = checked.offered(item).map((one) => one.value);
  if (offered.length && !offered.includes(String(answers.next_step))) answers.next_step = offered[0]!;
}
