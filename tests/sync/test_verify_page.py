from html.parser import HTMLParser

import pytest

from sync.verify import Check, Report
from sync.verify_page import Looked, page

LOOKED = Looked("卷宗 A&B.zip", "ab" * 32, "2026-11-26 11:00")
GOOD = Report((Check("bag", is_ok=True, found=("12 files unchanged",)),), ("that a phone's clock was right",))
BAD = Report(
    (
        Check("records", is_ok=True, found=("3 records have their hash",)),
        Check("files", is_ok=False, found=("files/<script>alert(1)</script>.jpg: not the bytes", "files/b.jpg: gone")),
    ),
    (),
)


class Page(HTMLParser):
    """Collects tags and text, and whether every tag that was opened is closed."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.text, self.attributes = [], [], "", []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


class TestPage:
    def test_says_that_all_held(self):
        read = Page(page(GOOD, LOOKED))
        assert not read.open
        assert "核验通过 VERIFIED" in read.text
        assert "NOT VERIFIED" not in read.text
        assert "12 files unchanged" in read.text
        assert "that a phone's clock was right" in read.text

    def test_names_the_file_its_hash_and_the_moment(self):
        text = Page(page(GOOD, LOOKED)).text
        assert all(one in text for one in (LOOKED.name, LOOKED.sha256, LOOKED.at))

    def test_pinpoints_what_did_not_hold(self):
        read = Page(page(BAD, LOOKED))
        assert "核验不通过 NOT VERIFIED" in read.text
        assert "files/b.jpg: gone" in read.text
        assert read.attributes.count(("class", "bad")) == 1
        assert read.attributes.count(("class", "good")) == 1

    @pytest.mark.parametrize(("is_ok", "verdict"), [(True, "通过 ok"), (False, "不通过 FAIL")])
    def test_says_of_each_check_whether_it_held(self, is_ok, verdict):
        html = page(Report((Check("chain", is_ok=is_ok, found=()),), ()), LOOKED)
        assert f">{verdict}<" in html
        assert ("FAIL" in html) is not is_ok

    def test_shows_markup_of_a_dossier_as_text(self):
        read = Page(page(BAD, LOOKED))
        assert "script" not in read.tags
        assert "files/<script>alert(1)</script>.jpg: not the bytes" in read.text

    def test_needs_nothing_from_elsewhere(self):
        read = Page(page(BAD, LOOKED))
        assert not {"script", "link", "img", "iframe", "a"} & set(read.tags)
        assert not [value for name, value in read.attributes if name in {"src", "href"}]
        assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in read.attributes

    def test_has_a_name_for_a_check_it_does_not_know(self):
        assert "new-check" in Page(page(Report((Check("new-check", is_ok=True, found=()),), ()), LOOKED)).text
