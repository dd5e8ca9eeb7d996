"""Money on paper: fen as `58,300.00`, and as capital figures (大写), which no stroke of a pen can alter. Pure."""

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_MOST_YUAN = 10**16 - 1


class AmountTooLarge(ValueError):
    """The amount has no customary spelling in capital figures."""


def yuan(amount_fen: int) -> str:
    """Return the amount in yuan with thousands separators and two decimals; a credit balance carries a minus sign."""
    sign, whole = ("-", -amount_fen) if amount_fen < 0 else ("", amount_fen)
    return f"{sign}{whole // 100:,}.{whole % 100:02d}"


def capitals(amount_fen: int) -> str:
    """Spell the amount in capital figures: 5830000 -> 伍万捌仟叁佰元整; a credit balance begins with 负.

    Ends in 整 after 元 and 角 (there it is optional, but nothing can be added behind it), not after 分; a gap of zeros
    is read as one 零.
    Raises AmountTooLarge from one 亿亿 (10^16) yuan on.
    Source: 支付结算办法 (银发〔1997〕393号) 附一 "正确填写票据和结算凭证的基本规定" 二 and 四.
    """
    sign, whole = ("负", -amount_fen) if amount_fen < 0 else ("", amount_fen)
    whole_yuan, jiao, fen = whole // 100, whole // 10 % 10, whole % 10
    if whole_yuan > _MOST_YUAN:
        raise AmountTooLarge(f"expected at most {_MOST_YUAN} yuan, got {whole_yuan}")
    spelt = f"{_spell(whole_yuan)}元" if whole_yuan or not (jiao or fen) else ""
    if not (jiao or fen):
        return f"{sign}{spelt}整"
    if jiao:
        spelt += f"{_DIGITS[jiao]}角"
    elif spelt:
        spelt += "零"
    return f"{sign}{spelt}{_DIGITS[fen]}分" if fen else f"{sign}{spelt}整"


def _spell(number: int) -> str:
    """Spell a whole number: by 亿 (10^8), then 万 (10^4), then digit by digit."""
    if number < 10_000:  # noqa: PLR2004 - 万
        return _spell_four(number)
    base, unit = (100_000_000, "亿") if number >= 100_000_000 else (10_000, "万")  # noqa: PLR2004 - 亿
    high, low = divmod(number, base)
    if not low:
        return f"{_spell(high)}{unit}"
    gap = "零" if low < base // 10 or high % 10 == 0 else ""
    return f"{_spell(high)}{unit}{gap}{_spell(low)}"


def _spell_four(number: int) -> str:
    if number == 0:
        return _DIGITS[0]
    spelt, gap = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            spelt += ("零" if gap and spelt else "") + _DIGITS[digit] + _PLACES[place]
        gap = digit == 0
    return spelt
