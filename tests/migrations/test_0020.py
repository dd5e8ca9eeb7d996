"""Papers that were issued before an authority was asked bear no stamped file, and are otherwise as they were."""


def test_keeps_the_papers_without_a_stamped_file(old):
    old.move_up("0019")
    old.add("paper", serial="HZ-20261202-0007-4", sha256="ab" * 32, seal_level="B-B", state="issued")
    old.move_up("0020")
    told = old.rows("paper", "serial", "sha256", "seal_level", "state", "stamped_sha256")
    assert told == [("HZ-20261202-0007-4", "ab" * 32, "B-B", "issued", "")]
    old.move_down("0019")
    assert old.rows("paper", "serial", "sha256") == [("HZ-20261202-0007-4", "ab" * 32)]
