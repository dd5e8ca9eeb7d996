// Money on the screen: fen as 58,300.00, and as capital figures (大写). Twin of receipts/amounts.py.

const DIGITS = "零壹贰叁肆伍陆柒捌玖";
const PLACES = ["", "拾", "佰", "仟"];

/** Return the amount in yuan with thousands separators and two decimals. */
export function yuan(fen: number): string {
  const whole = Math.abs(fen);
  const left = String(Math.trunc(whole / 100)).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${fen < 0 ? "-" : ""}${left}.${String(whole % 100).padStart(2, "0")}`;
}

/** Return the fen that a typed amount of yuan means ("1,234.5" → 123450), null when it is none. */
export function fenOf(typed: string): number | null {
  const text = typed.replace(/[,，\s¥￥]/g, "");
  if (!/^\d{1,11}(\.\d{0,2})?$/.test(text)) return null;
  const [whole, part = ""] = text.split(".");
  return Number(whole) * 100 + Number(part.padEnd(2, "0"));
}

/** Spell the amount in capital figures: 5830000 → 伍万捌仟叁佰元整. Source: 支付结算办法 (银发〔1997〕393号) 附一. */
export function capitals(fen: number): string {
  const sign = fen < 0 ? "负" : "";
  const whole = Math.abs(fen);
  if (!Number.isSafeInteger(whole)) throw new RangeError(`no whole number of fen: ${fen}`);
  const yuanPart = Math.trunc(whole / 100);
  const jiao = Math.trunc(whole / 10) % 10;
  const rest = whole % 10;
  let spelt = yuanPart || !(jiao || rest) ? `${spell(yuanPart)}元` : "";
  if (!(jiao || rest)) return `${sign}${spelt}整`;
  if (jiao) spelt += `${DIGITS[jiao]}角`;
  else if (spelt) spelt += "零";
  return rest ? `${sign}${spelt}${DIGITS[rest]}分` : `${sign}${spelt}整`;
}

function spell(number: number): string {
  if (number < 1e4) return spellFour(number);
  const [base, unit] = number >= 1e8 ? [1e8, "亿"] : [1e4, "万"];
  const high = Math.trunc(number / base);
  const low = number % base;
  if (!low) return `${spell(high)}${unit}`;
  const gap = low < base / 10 || high % 10 === 0 ? "零" : "";
  return `${spell(high)}${unit}${gap}${spell(low)}`;
}

function spellFour(number: number): string {
  if (number === 0) return "零";
  let spelt = "";
  let gap = false;
  for (const place of [3, 2, 1, 0]) {
    const digit = Math.trunc(number / 10 ** place) % 10;
    if (digit) spelt += (gap && spelt ? "零" : "") + DIGITS[digit] + PLACES[place];
    gap = digit === 0;
  }
  return spelt;
}
