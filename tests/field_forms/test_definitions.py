"""A form document is checked when it is loaded, and a published one never changes."""

import copy
import json
from pathlib import Path

import pytest

from field_forms import definitions, outcomes
from field_forms.definitions import FormChanged, Kind, NotAForm, digest, find, load, newest, shipped, walk

LABEL = {"zh": "问", "en": "ask"}


def document(*items, **more):
    return {"format": "doorstep.form/1", "id": "t", "version": "1", "title": LABEL, "items": list(items), **more}


def question(name="q", kind="text", **more):
    return {"name": name, "type": kind, "label": LABEL, **more}


class TestLoad:
    def test_returns_the_items_in_order_with_their_rules(self):
        form = load(document(question("a"), question("b", relevant=["answered", ["field", "a"]], required=True)))
        assert [item.name for item in form.items] == ["a", "b"]
        assert form.items[1].relevant == ["answered", ["field", "a"]]
        assert form.items[1].required is True
        assert form.digest == digest(form.document)
        assert form.reveals_debt is False

    @pytest.mark.parametrize("raw", [None, [], "x", {}, {"format": "doorstep.form/2"}])
    def test_refuses_another_format(self, raw):
        with pytest.raises(NotAForm, match="^/format"):
            load(raw)

    @pytest.mark.parametrize(
        ("broken", "where"),
        [
            (document(), "^/items: expected a list"),
            (document("x"), "^/items/0: expected an item"),
            (document(question(kind="colour")), "^/items/0/type"),
            (document(question(colour="red")), "^/items/0/colour: unknown member"),
            (document(question() | {"label": {"zh": "问"}}), "^/items/0/label"),
            (document(question() | {"name": ""}), "^/items/0/name"),
            (document(question("a"), question("a")), "the name a stands twice"),
            (document(question(kind="select_one")), "^/items/0/choices: no list"),
            (
                document(question(kind="select_one", choices="c"), choices={"c": [3]}),
                "^/choices/c/0: expected a choice",
            ),
            (document(question(kind="select_one", choices="c"), choices=[]), "^/choices: expected lists"),
            (
                document(question(), choices={"c": [{"value": "v", "label": LABEL, "when": ["x"]}]}),
                "^/choices/c/0/when",
            ),
            (document(question(relevant=["nope"])), "^/items/0/relevant: unknown operation"),
            (document(question(constraint=True)), "^/items/0/constraint_message"),
            (document(question(kind="calculate")), "^/items/0/calculation"),
            (document(question(calculation=3)), "^/items/0/calculation"),
            (document(question(kind="group")), "^/items/0/items"),
            (document(question(kind="repeat", items=[question("a")], most=61)), "^/items/0/most"),
            (document(question(kind="repeat", items=[question("a")], least=3, most=2)), "^/items/0/most"),
            (document(question(), reveals_debt=["x"]), "^/reveals_debt"),
            (document(question(), version=3), "^/version"),
            (document(question(), title="T"), "^/title"),
            (
                document(question("a", relevant=["answered", ["field", "b"]]), question("b")),
                "b, which does not come before",
            ),
            (document(question("a", relevant=["answered", ["field", "a"]])), "a, which does not come before"),
            (document(question("a", required=["answered", ["field", "z"]])), "z, which does not exist"),
            (document(question(note=1.5) | {"hint": {"zh": "\ud800"}}), "unknown member"),
        ],
    )
    def test_refuses_a_broken_document_and_says_where(self, broken, where):
        with pytest.raises(NotAForm, match=where):
            load(broken)

    def test_refuses_a_repeat_in_a_repeat(self):
        inner = question("inner", "repeat", items=[question("x")])
        with pytest.raises(NotAForm, match="holds another repeat"):
            load(document(question("outer", "repeat", items=[question("g", "group", items=[inner])])))

    def test_lets_a_required_rule_look_ahead(self):
        load(document(question("a", required=["answered", ["field", "b"]]), question("b")))

    def test_refuses_text_without_canonical_form(self):
        with pytest.raises(NotAForm, match="canonical"):
            load(document(question() | {"hint": {"zh": "\ud800"}}))


class TestDigest:
    def test_does_not_depend_on_the_order_of_members(self):
        assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})

    def test_changes_with_one_letter(self):
        other = copy.deepcopy(dict(newest("visit").document))
        other["title"] = {"zh": "到访表單", "en": "Visit form"}
        assert digest(other) != newest("visit").digest

    def test_refuses_what_has_no_canonical_form(self):
        with pytest.raises(NotAForm):
            digest({"a": float("nan")})


class TestShipped:
    def test_holds_every_form_to_its_published_digest(self):
        folder = Path(definitions.__file__).parent / "forms"
        published = json.loads((folder / "published.json").read_text(encoding="utf-8"))
        assert published.keys() == {path.name for path in folder.glob("*-*.json")}
        assert {form.digest for form in shipped().values()} == set(published.values())

    def test_refuses_an_altered_form(self, tmp_path, monkeypatch):
        folder = tmp_path / "forms"
        folder.mkdir()
        (folder / "t-1.json").write_text(json.dumps(document(question())), encoding="utf-8")
        (folder / "published.json").write_text(json.dumps({"t-1.json": "0" * 64}), encoding="utf-8")
        monkeypatch.setattr(definitions.resources, "files", lambda _package: tmp_path)
        with pytest.raises(FormChanged, match="publish a new version"):
            shipped.__wrapped__()


class TestFind:
    def test_finds_the_shipped_visit_form(self):
        assert find("visit", "2026120201") is newest("visit")

    def test_finds_the_older_one_that_drafts_were_begun_with(self):
        assert find("visit", "2026120101").version == "2026120101"

    @pytest.mark.parametrize(
        ("form_id", "version"), [("visit", "0"), (None, None), (["visit"], "2026120101"), ("visit", 2026120101)]
    )
    def test_finds_nothing_else_and_never_raises(self, form_id, version):
        assert find(form_id, version) is None


class TestNewest:
    def test_refuses_a_form_nobody_shipped(self):
        with pytest.raises(ValueError, match="empty"):
            newest("nonsense")


class TestVisitForm:
    form = newest("visit")

    def choices(self, name):
        return next(item for item in walk(self.form.items) if item.name == name).choices

    def test_asks_who_was_met_in_the_words_of_the_records(self):
        assert {choice.value for choice in self.choices("met")} == set(outcomes.Who)

    def test_offers_the_fourteen_outcomes_with_their_names(self):
        assert {int(c.value): c.label["en"] for c in self.choices("outcome")} == {
            code: outcome.en for code, outcome in outcomes.OUTCOMES.items()
        }

    def test_offers_every_lawful_next_step(self):
        assert {choice.value for choice in self.choices("next_step")} == set(outcomes.NextStep)

    def test_has_no_field_for_money_received(self):
        names = {item.name for item in walk(self.form.items)}
        assert not {name for name in names if "received" in name or "paid" in name or "cash" in name}

    def test_knows_kinds_only_from_the_closed_set(self):
        assert {item.kind for item in walk(self.form.items)} <= set(Kind)
