"""Answers and trees made from a seed: the same seed makes the same, so what differed once can be looked at again."""

from datetime import date, timedelta

from field_forms.answers import FlawKind, check
from field_forms.definitions import Kind, walk
from field_forms.expressions import Scope, evaluate

TODAY = date(2026, 12, 2)
JUNK = (
    None, "", [], {}, True, False, 0, -1, 7, 1.5, "0", "-0.00", "7", "1.50", "12.3456", "12.34567", "x", "测试甲",
    "𠮷𠮷", "a\nb", "2026-12-02", "2028-02-29", "2027-02-29", "0000-01-01", "0001-01-05", "9999-12-31", ["a"],
    ["identity", "identity"], [{}], [1, None], {"a": 1}, "yes", "debtor", "third_party", 9007199254740991, "\u00a0",
    "AB-12x", "071X", "~/", "{",
)  # fmt: skip
UUID = "0197e8a0-0000-7000-8000-00000000000"
FIX = {"lon_e6": 114057868, "lat_e6": 22543099, "datum": "WGS-84", "accuracy_m": 8}
HEADS = {
    "and": (1, 4), "or": (1, 4), "not": (1, 1), "=": (2, 2), "!=": (2, 2), "<": (2, 2), "<=": (2, 2), ">": (2, 2),
    ">=": (2, 2), "+": (2, 4), "-": (2, 2), "*": (2, 2), "if": (3, 3), "in": (2, 5), "coalesce": (2, 3),
    "selected": (2, 2), "answered": (1, 1), "count": (1, 1), "sum": (1, 1), "length": (1, 1), "add_days": (2, 2),
}  # fmt: skip
TEXTS = tuple(one for one in JUNK if isinstance(one, str))
DAYS = (["today"], ["field", "a"], "0001-01-05", "9999-12-20", "2028-02-29", "2026-12-31")
PATTERNS = (
    r"[0-9]{3}[0-9X]", r"\w+", r".*", r"[^a-c]?x*", r"(ab|测.)", r"\d{1,3}\.\d+", r"[\w.\-]{2}", r"..", r"[+/]?\D", "",
)  # fmt: skip


def answers(random, form, *, junk=0.06, skip=0.15):
    """Return one set of answers: mostly what the form asks for, with gaps, strangers and junk."""
    given = {}
    for _ in range(2):  # the second pass answers what the first one made relevant
        _fill(random, form.items, given, junk=junk, skip=skip)
    for name in [name for name in given if random.random() < skip / 3]:
        del given[name]
    if random.random() < junk:
        given[random.choice(("stranger", "constructor", "__proto__", "a/b~c"))] = random.choice(JUNK)
    return given


def sound(random, form):
    """Return answers that hold together as far as a few corrections go: nothing pruned, most constraints kept."""
    given = answers(random, form, junk=0, skip=0.05)
    items = {item.name: item for item in walk(form.items)}
    for _ in range(30):
        checked = check(form, given, today=TODAY, language="en")
        if not checked.flaws:
            break
        given = {name: one for name, one in checked.answers.items() if items[name].kind is not Kind.CALCULATE}
        wrong = [flaw.pointer.split("/")[1] for flaw in checked.flaws if flaw.kind is not FlawKind.PRUNED]
        for name in sorted({*wrong} & items.keys()):
            item = items[name]
            given[name] = (
                _rows(random, item, junk=0, skip=0) if item.kind is Kind.REPEAT else value(random, item, given)
            )
    return given


def _fill(random, items, given, *, junk, skip):
    for item in items:
        if item.kind is Kind.GROUP:
            _fill(random, item.items, given, junk=junk, skip=skip)
        elif item.name in given or item.kind is Kind.NOTE or (item.kind is Kind.CALCULATE and random.random() > junk):
            continue
        elif random.random() < junk:
            given[item.name] = random.choice(JUNK)
        elif item.kind is Kind.REPEAT:
            given[item.name] = _rows(random, item, junk=junk, skip=skip)
        elif random.random() > skip:
            given[item.name] = value(random, item, given)


def _rows(random, item, *, junk, skip):
    rows = []
    for _ in range(random.randrange(4)):
        row = {}
        _fill(random, item.items, row, junk=junk, skip=skip)
        rows.append(row)
    return rows


def value(random, item, given):
    """Return a fitting answer to one question; of a select one of what is offered just now, as a rule."""
    if item.kind in {Kind.SELECT_ONE, Kind.SELECT_MANY}:
        return _choice(random, item, given)
    days = (-400, -3, -2, -1, 0, 1, 30, 60, 61, 1830, 1831)
    return random.choice({
        Kind.TEXT: ("AB-12x", "071X", "0717", "测试甲", "yes", "no", "AB", "x" * random.choice((9, 81, 201))),
        Kind.INTEGER: (0, 1, 2, 3, 13, -6, 19, 20, 150, 900, 6438675, random.randrange(2000)),
        Kind.DECIMAL: ("1.5", "0.05", "0.06", "99999.5", "2", "-3.25", "120.1234", "99999.6"),
        Kind.DATE: [(TODAY + timedelta(days=one)).isoformat() for one in days],
        Kind.ACKNOWLEDGE: (True,),
        Kind.GEOPOINT: (FIX,),
        Kind.IMAGE: [UUID + str(number) for number in range(10)],
        Kind.CALCULATE: (7, "x"),
    }[item.kind])  # fmt: skip


def _choice(random, item, given):
    names = [choice.value for choice in item.choices]
    if item.kind is Kind.SELECT_MANY:
        return random.sample(names, random.randrange(1, len(names) + 1))
    if random.random() < 0.8:
        scope = Scope(given, TODAY)
        names = [one.value for one in item.choices if one.when is None or evaluate(one.when, scope) is True] or names
    return random.choice(names)


def tree(random, depth=0):
    """Return a random tree that `expressions.check` takes."""
    if depth > 3 or random.random() < 0.3:
        leaves = (
            [["self"], ["today"], ["each", "rows", "x"]],
            [["field", name] for name in "abcdef"],
            _literals(random),
        )
        return random.choice(random.choice(leaves))
    if random.random() < 0.1:
        text = random.choice((tree(random, depth + 1), random.choice(TEXTS)))
        return random.choice((["regex", text, random.choice(PATTERNS)], ["length", text]))
    if random.random() < 0.04:
        return ["add_days", random.choice(DAYS), random.randrange(-40, 40)]
    head = random.choice(list(HEADS))
    return [head, *(tree(random, depth + 1) for _ in range(random.randint(*HEADS[head])))]


def _literals(random):
    return [one for one in JUNK if isinstance(one, bool | int | str) or one is None] + [random.randrange(-50, 50)]


def scope(random):
    """Return answers, row and own value for a tree to look at."""
    rows = [{"x": random.choice(JUNK)} for _ in range(random.randrange(4))]
    return {
        "answers": {name: random.choice(JUNK) for name in "abcd"} | {"rows": rows},
        "row": random.choice((None, {"d": random.choice(JUNK), "e": 3})),
        "own": random.choice(JUNK),
    }
