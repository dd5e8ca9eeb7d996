"""The guides under the console's help: everybody's own first, with its pictures, flawless in both themes."""

import pytest

from tests.flows.desk import Desk
from tests.project.test_guides import OF_THE_OFFICE, PICTURE

HEAD = "document.querySelector('article h1')?.innerText ?? ''"


@pytest.fixture
def desk(live_server):
    one = Desk(live_server.url)
    yield one
    one.close()


@pytest.mark.screen
def test_open_at_ones_own_and_lead_to_every_other(desk):
    desk.sign_in("hu", "/legal")
    desk.press("帮助")
    desk.page.wait(f"({HEAD}).startsWith('法务')")
    assert desk.flawless() == []
    for path in OF_THE_OFFICE:
        text = path.read_text(encoding="utf-8")
        desk.tap(f".guides a[href$='/help/{path.stem}']")
        desk.page.wait(f"({HEAD}) === {text.splitlines()[0].removeprefix('# ')!r}")
        shown = "[...document.querySelectorAll('article img')]"
        desk.page.wait(f"{shown}.every((one) => one.complete)")
        assert desk.page.run(f"{shown}.filter((one) => one.naturalWidth > 300).length") == len(PICTURE.findall(text))
        assert desk.flawless() == [], path.stem
