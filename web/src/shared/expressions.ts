// Expression trees of a form: the twin of field_forms/expressions.py, held to it by tests/field_forms/test_twin.py.
// No tree throws on any answer; what has no answer is null. Numbers are exact: integers of ten-thousandths.

export type Value = null | boolean | number | string | Value[] | { [name: string]: Value };
export type Tree = null | boolean | number | string | Tree[];
export type Answers = { [name: string]: Value };

/** What a tree may look at: the answers so far, the present row of a repeat, the answer itself and the day. */
export interface Scope {
  answers: Answers;
  today: string;
  row?: Answers | null;
  own?: Value;
}

export const MAX_MATCHED = 200;
const MAX_SHIFT_DAYS = 36_600;
const DECIMAL = /^(-?)([0-9]{1,12})(?:\.([0-9]{1,4}))?$/;
const DAY = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/;
const MS = 86_400_000;

/** Return how many characters a text has; a character beyond U+FFFF is one. */
export const length = (text: string): number => [...text].length;

/** Return a whole number or a decimal text in ten-thousandths, anything else as null. Booleans are no numbers. */
export function number(value: Value): bigint | null {
  if (typeof value === "number") return Number.isInteger(value) ? BigInt(value) * 10_000n : null;
  const found = typeof value === "string" ? DECIMAL.exec(value) : null;
  return found && BigInt(`${found[1]}${found[2]}${(found[3] ?? "").padEnd(4, "0")}`);
}

/** Return a number of so many decimal digits as an answer holds it: an integer, or a text without trailing zeros. */
export function plain(value: bigint | null, digits = 4): Value {
  if (value === null) return null;
  const unit = 10n ** BigInt(digits);
  const size = value < 0n ? -value : value;
  if (size > BigInt(Number.MAX_SAFE_INTEGER) * unit) return null;
  if (value % unit === 0n) return Number(value / unit);
  const fraction = String(size % unit)
    .padStart(digits, "0")
    .replace(/0+$/, "");
  return `${value < 0n ? "-" : ""}${size / unit}.${fraction}`;
}

/** Return the days since 1970 of a text YYYY-MM-DD, anything else as null. */
export function day(value: Value): number | null {
  const found = typeof value === "string" ? DAY.exec(value) : null;
  if (!found) return null;
  const at = new Date(0);
  const [year, month, date] = found.slice(1).map(Number) as [number, number, number];
  at.setUTCFullYear(year, month - 1, date);
  return year && iso(at) === value ? at.getTime() / MS : null;
}

/** Tell whether two values of JSON are the same. */
export function same(left: unknown, right: unknown): boolean {
  if (left === right || typeof left !== "object" || typeof right !== "object" || !left || !right) return left === right;
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const [mine, theirs] = [left as Answers, right as Answers];
  const names = Object.keys(mine);
  return (
    names.length === Object.keys(theirs).length &&
    names.every((name) => Object.hasOwn(theirs, name) && same(mine[name], theirs[name]))
  );
}

const iso = (at: Date): string => at.toISOString().slice(0, 10);

function equal(left: Value, right: Value): boolean {
  const [l, r] = [number(left), number(right)];
  return l !== null && r !== null ? l === r : same(left, right);
}

function ordered(left: Value, right: Value, verdict: (order: number) => boolean): boolean {
  let pair: [bigint | number | null, bigint | number | null] = [number(left), number(right)];
  if (pair[0] === null || pair[1] === null) pair = [day(left), day(right)];
  const [l, r] = pair;
  return l !== null && r !== null && verdict(l < r ? -1 : l > r ? 1 : 0);
}

function arithmetic(values: Value[], fold: (left: bigint, right: bigint) => bigint, digits = 4): Value {
  const numbers = values.map(number);
  return numbers.includes(null) ? null : plain((numbers as bigint[]).reduce(fold), digits);
}

const known = (values: Value): Value[] => (Array.isArray(values) ? values : []);

function total(values: Value): Value {
  return plain(known(values).reduce((sum, value) => sum + (number(value) ?? 0n), 0n));
}

function matches(value: Value, pattern: Value): boolean {
  if (typeof value !== "string" || length(value) > MAX_MATCHED) return false;
  return new RegExp(`^(?:${pattern as string})$`, "su").test(value);
}

function shift(value: Value, days: Value): Value {
  const [start, count] = [day(value), number(days)];
  if (start === null || count === null) return null;
  const whole = Number(count / 10_000n);
  if (Math.abs(Number(count)) > MAX_SHIFT_DAYS * 10_000) return null;
  const at = new Date((start + whole) * MS);
  const year = at.getUTCFullYear();
  return year >= 1 && year <= 9999 ? iso(at) : null;
}

// Arguments are counted when a form is checked; what a tree leaves out is null.
type Args = [Value, Value, Value, ...Value[]];

const OPERATIONS: { [name: string]: (a: Args) => Value } = {
  and: (a) => a.every((value) => value === true),
  or: (a) => a.some((value) => value === true),
  not: ([a]) => a !== true,
  "=": ([a, b]) => equal(a, b),
  "!=": ([a, b]) => !equal(a, b),
  "<": ([a, b]) => ordered(a, b, (order) => order < 0),
  "<=": ([a, b]) => ordered(a, b, (order) => order <= 0),
  ">": ([a, b]) => ordered(a, b, (order) => order > 0),
  ">=": ([a, b]) => ordered(a, b, (order) => order >= 0),
  "+": (a) => arithmetic(a, (x, y) => x + y),
  "-": (a) => arithmetic(a, (x, y) => x - y),
  "*": (a) => arithmetic(a, (x, y) => x * y, 8),
  if: ([a, b, c]) => (a === true ? b : c),
  in: ([a, ...options]) => options.some((option) => equal(a, option)),
  coalesce: (a) => a.find((value) => value !== null) ?? null,
  selected: ([a, b]) => Array.isArray(a) && a.includes(b),
  answered: ([a]) => a !== null,
  count: ([a]) => known(a).filter((value) => value !== null).length,
  sum: ([a]) => total(a),
  length: ([a]) => (typeof a === "string" ? length(a) : 0),
  regex: ([a, b]) => matches(a, b),
  add_days: ([a, b]) => shift(a, b),
};

function find(scope: Scope, name: string): Value {
  return scope.row && Object.hasOwn(scope.row, name) ? (scope.row[name] ?? null) : (scope.answers[name] ?? null);
}

function lookedUp([head, first, second]: Tree[], scope: Scope): Value {
  switch (head) {
    case "self":
      return scope.own ?? null;
    case "today":
      return scope.today;
    case "field":
      return find(scope, first as string);
    case "each":
      return known(find(scope, first as string)).map((row) => (row as Answers)[second as string] ?? null);
    default:
      return null;
  }
}

/** Return what a checked tree gives in a scope. */
export function evaluate(tree: Tree, scope: Scope): Value {
  if (!Array.isArray(tree)) return tree;
  const operation = OPERATIONS[tree[0] as string];
  return operation ? operation(tree.slice(1).map((part) => evaluate(part, scope)) as Args) : lookedUp(tree, scope);
}
