"""The table of personal fields is whole, and its page says what it says."""

import pytest

from server.accounts.roles import Role
from server.compliance import allowlist
from server.compliance.allowlist import FieldNotAllowed, Shown
from tests.server.compliance import allowlist_table

TABLE = allowlist.table()
ROWS = [
    *TABLE["roles"].values(),
    *TABLE["day_pack"].values(),
    *TABLE["papers"].values(),
    *(r for one in TABLE["exports"].values() for r in one.values()),
]


class TestTable:
    def test_names_every_role_and_every_field_in_every_row(self):
        assert set(TABLE["roles"]) == {role.value for role in Role}
        assert all(set(rows) == {role.value for role in Role} for rows in TABLE["exports"].values())
        assert [row for row in ROWS if tuple(row) != allowlist.fields()] == []
        assert {level for row in ROWS for level in row.values()} <= set(TABLE["levels"])

    def test_reveals_on_screens_only(self):
        assert "reveal" not in {
            level for name in ("papers", "day_pack") for row in TABLE[name].values() for level in row.values()
        }

    def test_stands_in_the_docs(self):
        assert allowlist_table.PATH.read_text(encoding="utf-8") == allowlist_table.page()


class TestOnScreen:
    def test_gives_who_holds_several_roles_the_wider_one(self):
        assert allowlist.on_screen({"auditor"}, "remark") is Shown.NONE
        assert allowlist.on_screen({"auditor", "legal"}, "remark") is Shown.FULL

    @pytest.mark.parametrize("asked", [({"nobody"}, "name"), ({"legal"}, "shoe_size"), ((), "name")])
    def test_shows_nothing_that_the_table_does_not_name(self, asked):
        assert allowlist.on_screen(*asked) is Shown.NONE


class TestElsewhere:
    def test_gives_what_the_table_says(self):
        for kind, rows in TABLE["exports"].items():
            for role, row in rows.items():
                assert {name: allowlist.exported(kind, {role}, name).name.lower() for name in row} == row
        for asked, named in ((allowlist.on_paper, "papers"), (allowlist.on_phone, "day_pack")):
            for kind, row in TABLE[named].items():
                assert {name: asked(kind, name).name.lower() for name in row} == row

    def test_shows_nothing_of_a_kind_it_does_not_know(self):
        assert allowlist.exported("gossip", {"legal"}, "name") is Shown.NONE
        assert allowlist.exported(next(iter(TABLE["exports"])), {"nobody"}, "name") is Shown.NONE
        assert allowlist.on_paper("gossip", "name") is Shown.NONE
        assert allowlist.on_phone("gossip", "name") is Shown.NONE


class TestRequireReveal:
    def test_names_what_is_refused(self):
        allowlist.require_reveal({"legal"}, {"phone", "id_number"})
        with pytest.raises(FieldNotAllowed) as refused:
            allowlist.require_reveal({"manager"}, {"phone", "name"})
        assert refused.value.facts == {"fields": ["phone"]}
        with pytest.raises(FieldNotAllowed) as refused:
            allowlist.require_reveal({"nobody", "anybody"}, {"phone", "id_number"})
        assert refused.value.detail == "not for anybody, nobody: id_number, phone"
        assert refused.value.facts == {"fields": ["id_number", "phone"]}
