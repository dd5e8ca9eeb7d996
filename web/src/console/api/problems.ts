// What the server refuses (RFC 9457), told in the reader's language. The Chinese words are those of docs/problems.md.

import { common } from "../words/common";
import { grounds, type Grounded } from "@shared/compliance/grounds";
import { language, said } from "../words/t";

/** The body of a refusal. */
export interface Fault {
  type?: string;
  title?: string;
  detail?: string;
  request_id?: string;
  errors?: { pointer?: string; detail?: string }[];
  [fact: string]: unknown;
}

/** A refusal of the server, or a network that did not answer (status 0). */
export class Problem extends Error {
  readonly slug: string;
  readonly detail: string;
  readonly errors: { pointer?: string; detail?: string }[];

  constructor(readonly status: number, readonly body: Fault, readonly isOfReading = false) {
    super(body.title ?? common("unknown_fault"));
    this.slug = (body.type ?? "").replace("/problems/", "");
    this.detail = body.detail ?? "";
    this.errors = body.errors ?? [];
  }
}

interface Quoted extends Grounded { rule_id?: string; text?: { zh?: string; en?: string } }

/** A rule that stands against something, with its source and grade. */
function quote(rule: Quoted): string {
  if (!rule.text) return "";
  return `${rule.rule_id ?? ""} ${said([rule.text.zh ?? "", rule.text.en ?? ""])}（${grounds(rule)[language.value]}）`;
}

const NOT_FOUND = 404;
let chinese: Promise<Map<string, string>> | null = null;

async function readChinese(): Promise<Map<string, string>> {
  const { default: page } = await import("../../../../docs/problems.md?raw");
  return new Map([...page.matchAll(/^- `([\w-]+)`.*?中文：(.*)$/gm)].map(([, slug, text]) => [slug!, text!]));
}

/** Return what a person should read of any fault: a refusal in words of the reader's language, with its details. */
export async function tell(fault: unknown): Promise<string> {
  if (!(fault instanceof Problem)) return fault instanceof TypeError ? common("offline") : String(fault);
  if (fault.status === 0) return common(fault.isOfReading ? "unreachable" : "offline");
  if (fault.status === NOT_FOUND && fault.slug === "about:blank") return common("no_such"); // an address somebody mistyped
  chinese ??= readChinese();
  const zh = (await chinese).get(fault.slug);
  const what = language.value === "zh" && zh ? zh : [fault.message, fault.detail].filter(Boolean).join(": ");
  const { tellField } = fault.errors.length ? await import("./fieldFaults") : { tellField: () => "" }; // its words come when a field is refused
  const more = [...fault.errors.map((one) => tellField(one, language.value)), ...((fault.body.rules ?? []) as Quoted[]).map(quote)].filter(Boolean).join("；");
  return more ? `${what} ${more}` : what;
}
