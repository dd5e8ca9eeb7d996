// What a rule rests on, as every screen that quotes it says it: source, grade, and whether counsel has yet to confirm it.

/** A rule, or a result of one, as far as its grounds go. */
export interface Grounded { source?: string; source_zh?: string; grade?: string; confirm_by_counsel?: boolean }

/** The grounds in Chinese and English; what is not known of them is left out. */
export function grounds(one: Grounded): { zh: string; en: string } {
  return {
    zh: said(one.source_zh ?? one.source, one.grade && `${one.grade} 级`, one.confirm_by_counsel && "待律师确认"),
    en: said(one.source, one.grade && `grade ${one.grade}`, one.confirm_by_counsel && "to be confirmed by counsel"),
  };
}

function said(...parts: (string | false | undefined)[]): string {
  return parts.filter(Boolean).join(" · ");
}
