// Money as people read it: fen as `58,300.00`, and as capital figures (大写), which no stroke of a pen can alter.
// Twin of receipts/amounts.py. Source: 支付结算办法 (银发〔1997〕393号) 附一 二 and 四.

const DIGITS = "零壹贰叁肆伍陆柒捌玖";
const PLACES = ["", "拾", "佰", "仟"];

/** The amount is no whole number of fen. */
export class NotAnAmount extends RangeError {}

/** Return fen in yuan with thousands separators and two decimals. Throws NotAnAmount. */
export function yuan(amountFen: number): string {
  const whole = magnitude(amountFen);
  const grouped = String(Math.floor(whole / 100)).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${amountFen < 0 ? "-" : ""}${grouped}.${String(whole % 100).padStart(2, "0")}`;
}

/** Spell fen in capital figures: 5830000 -> 伍万捌仟叁佰元整; a credit balance begins with 负. Throws NotAnAmount. */
export function capitals(amountFen: number): string {
  const whole = magnitude(amountFen);
  const sign = amountFen < 0 ? "负" : "";
  const [wholeYuan, jiao, fen] = [Math.floor(whole / 100), Math.floor(whole / 10) % 10, whole % 10];
  let spelt = wholeYuan || !(jiao || fen) ? `${spell(wholeYuan)}元` : "";
  if (!(jiao || fen)) return `${sign}${spelt}整`;
  if (jiao) spelt += `${DIGITS[jiao]}角`;
  else if (spelt) spelt += "零";
  return `${sign}${spelt}${fen ? `${DIGITS[fen]}分` : "整"}`;
}

function magnitude(amountFen: number): number {
  if (!Number.isSafeInteger(amountFen)) throw new NotAnAmount(`expected a whole number of fen, got ${amountFen}`);
  return Math.abs(amountFen);
}

/** Spell a whole number: by 亿 (10^8), then 万 (10^4), then digit by digit. */
function spell(number: number): string {
  if (number < 10_000) return spellFour(number);
  const [base, unit] = number >= 1e8 ? [1e8, "亿"] : [1e4, "万"];
  const [high, low] = [Math.floor(number / base), number % base];
  if (!low) return `${spell(high)}${unit}`;
  return `${spell(high)}${unit}${low < base / 10 || high % 10 === 0 ? "零" : ""}${spell(low)}`;
}

function spellFour(number: number): string {
  if (number === 0) return DIGITS[0]!;
  let [spelt, gap] = ["", false];
  for (const place of [3, 2, 1, 0]) {
    const digit = Math.floor(number / 10 ** place) % 10;
    if (digit) spelt += (gap && spelt ? "零" : "") + DIGITS[digit]! + PLACES[place]!;
    gap = digit === 0;
  }
  return spelt;
}
