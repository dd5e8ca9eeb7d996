import pytest

from sync import schema
from sync.feed import PULLED, PUSHED
from sync.schema import down_cast, up_cast

PAPER = {"id": "p", "serial": "DZ-1", "version": 2}


class TestDownCast:
    def test_leaves_out_what_came_later(self):
        assert down_cast("papers", PAPER, sv=3) == {"id": "p", "serial": "DZ-1"}

    def test_gives_the_newest_everything(self):
        assert down_cast("papers", PAPER, sv=schema.NEWEST) == PAPER

    def test_gives_a_renamed_member_its_old_name(self):
        assert down_cast("settings", {"id": "s", "saved_at": "t"}, sv=3) == {"id": "s", "saved": "t"}

    @pytest.mark.parametrize("coll", ["stops", "cards", "forms", "acks", "unheard-of"])
    def test_leaves_collections_without_steps_alone(self, coll):
        assert down_cast(coll, PAPER, sv=3) == PAPER

    def test_leaves_the_document_it_was_given_alone(self):
        down_cast("papers", PAPER, sv=3)
        assert "version" in PAPER


class TestUpCast:
    def test_renames_as_the_newest_version_does(self):
        assert up_cast("settings", {"id": "s", "saved": "t"}, sv=3) == {"id": "s", "saved_at": "t"}

    def test_undoes_a_down_cast_of_a_renamed_member(self):
        document = {"id": "s", "saved_at": "t", "note": "n"}
        assert up_cast("settings", down_cast("settings", document, sv=3), sv=3) == document

    def test_leaves_the_newest_alone(self):
        assert up_cast("settings", {"id": "s", "saved": "t"}, sv=4) == {"id": "s", "saved": "t"}


class TestSteps:
    def test_are_of_collections_that_travel_and_versions_in_order(self):
        assert set(schema.STEPS) <= {*PULLED, *PUSHED}
        for steps in schema.STEPS.values():
            versions = [step.version for step in steps]
            assert versions == sorted(set(versions))
            assert all(schema.VERSIONS[0] < one <= schema.NEWEST for one in versions)

    def test_never_touch_records(self):
        assert "records" not in schema.STEPS
