"""Writes `docs/allow-list.md` from the table: `python -m tests.server.compliance.allowlist_table`."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from server.accounts.roles import ROLE_ZH, Role
from server.compliance import allowlist

PATH = Path(__file__).parents[3] / "docs" / "allow-list.md"
MARK = {"none": "–", "masked": "masked", "reveal": "on reason", "full": "full"}
HEAD = """# Who may know which personal field 个人信息允许清单

Written from `server/compliance/allowlist.json` by `python -m tests.server.compliance.allowlist_table`; a test fails
when this page and the table differ, and another asks for every field of a case as every role. What the table does not
give is not shown: a field is left empty, a request for it in full is refused (`field-not-allowed`). A paper
or an export that holds more than its table gives is refused (`gate-closed`, rule `PI-NEED`).
Source: 个人信息保护法 5, 6, 28, 51.

**full** as it is; **on reason** masked, in full by `POST /v1/cases/{id}/unmask` with a reason, which is logged;
**masked** last characters or district only; **–** not at all. \\* sensitive (28).
"""

ON_PHONE = """Sealed under the agent's PIN. The telephone is the debtor's own and no other: from the eve of the visit,
while nothing stands against calling. All of it leaves the phone at noon of the day after the visit.
""".splitlines()


def head_of(first: str) -> list[str]:
    """Return the head of a table over all fields."""
    known = allowlist.table()["fields"].values()
    names = [f"{one['en']} {one['zh']}" + (" \\*" if one["is_sensitive"] else "") for one in known]
    return ["| " + " | ".join([first, *names]) + " |", "|---" * (len(names) + 1) + "|"]


def row(name: str, levels: Mapping[str, Any]) -> str:
    """Return one row."""
    return "| " + " | ".join([name, *(MARK[levels[field]] for field in allowlist.fields())]) + " |"


def lines() -> Iterator[str]:
    """Yield the four tables."""
    table = allowlist.table()
    yield from ["\n## On screens, by role 屏幕，按岗位", *head_of("role")]
    yield from (row(f"{role} {ROLE_ZH[Role(role)]}", levels) for role, levels in table["roles"].items())
    yield from [
        "\n## On an agent's phone, of the day's visits 外访员手机，当日拜访",
        "",
        *ON_PHONE,
        *head_of("document"),
    ]
    yield from (row(f"`{name}`", levels) for name, levels in table["day_pack"].items())
    yield from ["\n## On papers 单据", *head_of("paper")]
    yield from (row(f"`{kind}`", levels) for kind, levels in table["papers"].items())
    for kind, roles in table["exports"].items():
        yield from [f"\n## In an export of `{kind}`, by who asks 导出，按申请人岗位", *head_of("role")]
        yield from (row(f"{role} {ROLE_ZH[Role(role)]}", levels) for role, levels in roles.items())


def page() -> str:
    """Return the whole page."""
    return HEAD + "\n".join(lines()) + "\n"


if __name__ == "__main__":
    PATH.write_text(page(), encoding="utf-8")
