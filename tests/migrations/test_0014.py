"""Files of visits that were there before papers had a place keep everything, and belong to no paper."""

KEPT = ("role", "sha256", "mime")


def test_keeps_the_files_and_gives_them_no_paper(old):
    old.move_up("0013")
    old.add("visit_file", role="photo", sha256="ab" * 32, mime="image/jpeg")
    old.add("visit_file", role="recording", sha256="cd" * 32, mime="audio/mp4")
    before = sorted(old.rows("visit_file", *KEPT))
    old.move_up("0014")
    assert sorted(old.rows("visit_file", *KEPT)) == before
    assert old.rows("visit_file", "paper_serial") == [("",), ("",)]


def test_loses_only_what_it_brought_on_the_way_down(old):
    old.move_up("0014")
    old.add("visit_file", role="photo", sha256="ab" * 32, mime="image/jpeg", paper_serial="DZ-20261202-0001-1")
    old.move_down("0013")
    assert old.rows("visit_file", *KEPT) == [("photo", "ab" * 32, "image/jpeg")]
    assert "paper_serial" not in old.columns("visit_file")
    assert not {"paper_event", "paper_template"} & old.tables()
