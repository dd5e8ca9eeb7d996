// Which tab an address means.

/** The tab that is asked for, or another one when there is none of that name: a page without a tab would be empty. */
export const tabOf = (asked: unknown, names: readonly string[], otherwise: string): string => (names.includes(String(asked)) ? String(asked) : otherwise);
