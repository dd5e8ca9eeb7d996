// The small closed language of a rule's condition: the twin of server/compliance/expression.py.
// Logic has three values; what is not known is null. Held to tests/vectors/rules.json and to random expressions.

import { day, same } from "../expressions";

type Json = any; // eslint-disable-line @typescript-eslint/no-explicit-any

/** What an expression may look at: the facts of the case in hand, the rule's own numbers and the local time. */
export interface Context {
  facts: { [name: string]: Json };
  params: { [name: string]: Json };
  utcOffsetMin: number;
}

/** A rule's condition is not written in the rule language. */
export class OddExpression extends Error {}

/** A fact of the wrong kind: as good as no fact. */
class Unreadable extends Error {}

const MOMENT =
  /^([0-9]{4}-[0-9]{2}-[0-9]{2})T([01][0-9]|2[0-3]):([0-5][0-9])(?::[0-5][0-9](?:\.[0-9]{1,6})?)?(?:Z|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))$/;
const MINUTES = 1440;
const FIRST_DAY = day("0001-01-01")!;
const LAST_DAY = day("9999-12-31")!;

const isObject = (value: Json): boolean => typeof value === "object" && value !== null && !Array.isArray(value);

/** Return the value of an expression; null when a fact it needs is absent or unreadable. Throws OddExpression. */
export function evaluate(expression: Json, context: Context): Json {
  if (expression === null || ["boolean", "string"].includes(typeof expression) || Number.isInteger(expression)) {
    return expression;
  }
  if (Array.isArray(expression)) return expression.map((one) => evaluate(one, context));
  const operations = isObject(expression) ? Object.entries(expression) : [];
  const [operation] = operations;
  if (!operation || operations.length > 1) throw new OddExpression(JSON.stringify(expression));
  return apply(operation[0], operation[1], context);
}

function apply(name: string, operands: Json, context: Context): Json {
  switch (name) {
    case "fact":
      return fact(operands, context);
    case "has": {
      const found = fact(operands, context);
      return found !== null && found !== "" && (typeof found !== "object" || Object.keys(found).length > 0);
    }
    case "param":
      return Object.hasOwn(context.params, operands) ? context.params[operands] : null;
  }
  const known = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : null;
  if (!known) throw new OddExpression(`there is no operation ${name}`);
  const [arity, operation] = known;
  const values = (operands as Json[]).map((one) => evaluate(one, context));
  if (arity === ANY) return operation(values, context);
  if (values.length !== arity) throw new OddExpression(`${name} takes ${arity} operands`);
  if (values.includes(null)) return null;
  try {
    return operation(values, context);
  } catch (fault) {
    if (fault instanceof Unreadable) return null;
    throw fault;
  }
}

function fact(path: Json, context: Context): Json {
  let found: Json = context.facts;
  for (const step of String(path).split(".")) {
    if (!isObject(found) || !Object.hasOwn(found, step)) return null;
    found = found[step];
  }
  return typeof found === "number" && !Number.isInteger(found) ? null : found;
}

/** Return -1, 0 or 1; only two whole numbers or two texts can be put in order, texts by their code points. */
function order(left: Json, right: Json): number {
  if (typeof left !== typeof right || !["number", "string"].includes(typeof left)) throw new Unreadable();
  if (typeof left === "number") return Math.sign(left - right);
  const [mine, theirs] = [[...left], [...right]];
  const at = mine.findIndex((char, n) => char !== theirs[n]);
  if (at < 0) return Math.sign(mine.length - theirs.length);
  return at >= theirs.length || mine[at]!.codePointAt(0)! > theirs[at]!.codePointAt(0)! ? 1 : -1;
}

/** Return the minutes since 1970 by the local clock. */
function local(moment: Json, context: Context): number {
  const found = typeof moment === "string" ? MOMENT.exec(moment) : null;
  if (!found) throw new Unreadable();
  const offset = found[4] ? Number(`${found[4]}1`) * (Number(found[5]) * 60 + Number(found[6])) : 0;
  const utc = dayOf(found[1]) * MINUTES + Number(found[2]) * 60 + Number(found[3]) - offset;
  for (const at of [utc, utc + context.utcOffsetMin]) {
    if (at < FIRST_DAY * MINUTES || at >= (LAST_DAY + 1) * MINUTES) throw new Unreadable();
  }
  return utc + context.utcOffsetMin;
}

function dayOf(text: Json): number {
  const found = day(text);
  if (found === null) throw new Unreadable();
  return found;
}

function listed(values: Json): Json[] {
  if (!Array.isArray(values)) throw new Unreadable();
  return values;
}

function named(values: Json): Set<string> {
  const found = listed(values).filter((value) => value !== null);
  if (!found.every((value) => typeof value === "string")) throw new Unreadable();
  return new Set(found.filter(Boolean));
}

function mentions(text: Json, phrases: Json): boolean {
  if (typeof text !== "string") throw new Unreadable();
  return [...named(phrases)].some((phrase) => text.includes(phrase));
}

function disjoint(left: Json, right: Json): boolean {
  const [mine, theirs] = [named(left), named(right)];
  return ![...mine].some((one) => theirs.has(one));
}

function subset(left: Json, right: Json): boolean {
  const [mine, theirs] = [named(left), named(right)];
  return [...mine].every((one) => theirs.has(one));
}

function localDate(moment: Json, context: Context): string {
  return new Date(Math.floor(local(moment, context) / MINUTES) * MINUTES * 60_000).toISOString().slice(0, 10);
}

const ANY = -1;
const all = (values: Json[], wanted: Json): boolean => values.every((value) => value === wanted);

const OPERATIONS: { [name: string]: [number, (values: Json[], context: Context) => Json] } = {
  and: [ANY, (a) => (a.includes(false) ? false : all(a, true) ? true : null)],
  or: [ANY, (a) => (a.includes(true) ? true : all(a, false) ? false : null)],
  not: [ANY, ([a]) => (typeof a === "boolean" ? !a : null)],
  eq: [2, ([a, b]) => same(a, b)],
  ne: [2, ([a, b]) => !same(a, b)],
  lt: [2, ([a, b]) => order(a, b) < 0],
  le: [2, ([a, b]) => order(a, b) <= 0],
  gt: [2, ([a, b]) => order(a, b) > 0],
  ge: [2, ([a, b]) => order(a, b) >= 0],
  in: [2, ([a, b]) => listed(b).some((one) => same(a, one))],
  disjoint: [2, ([a, b]) => disjoint(a, b)],
  subset: [2, ([a, b]) => subset(a, b)],
  distinct: [1, ([a]) => named(a).size],
  mentions: [2, ([a, b]) => mentions(a, b)],
  days_between: [2, ([a, b]) => dayOf(b) - dayOf(a)],
  minute_of_day: [1, ([a], context) => ((local(a, context) % MINUTES) + MINUTES) % MINUTES],
  local_date: [1, ([a], context) => localDate(a, context)],
  year: [1, ([a]) => (dayOf(a), Number(a.slice(0, 4)))],
};
