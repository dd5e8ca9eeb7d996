import pytest
from sqlalchemy import select

from server.db import db
from server.visits import marking
from server.visits.models import Visit, VisitFile


class TestLines:
    def test_say_when_where_and_which_as_the_records_say(self, kept_visit):
        of_door = VisitFile.visit_id == kept_visit.visit_id, VisitFile.shows == "door"
        file = db.session.scalars(select(VisitFile).where(*of_door).order_by(VisitFile.id).limit(1)).one()
        first, second = marking.lines(file)
        case_no = db.session.get(Visit, kept_visit.visit_id).case.case_no
        assert "22.54310, 114.05787 ±8m WGS-84" in first
        assert first.startswith("2026-12-02 ")
        assert second == f"{case_no}  门口  SHA-256 {file.sha256[:16]}"

    @pytest.mark.usefixtures("in_app")
    def test_say_so_when_nothing_is_known(self):
        first, second = marking.lines(VisitFile(shows="?", sha256="ab" * 32))
        assert first == "时间未记录  无定位"
        assert second.startswith("—  其他  SHA-256 abab")
