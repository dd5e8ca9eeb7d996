"""Going from screen to screen on the phone: links, 返回, an address nobody knows."""

import pytest

from tests.flows.test_agents_screens import before_load, hour, screens

__all__ = ["before_load", "hour", "screens"]
DOWN = 300
SMALL = {"width": 360, "height": 420, "deviceScaleFactor": 1, "mobile": True}


@pytest.mark.screen
class TestTheWay:
    def test_back_finds_the_list_where_it_was_left_and_a_new_screen_begins_at_its_top(self, screens):
        screens.page.call("Emulation.setDeviceMetricsOverride", **SMALL)
        screens.page.wait("document.documentElement.scrollHeight > innerHeight + 400")
        screens.page.run(f"scrollTo(0, {DOWN})")
        screens.tap("a.card:nth-of-type(3)")
        screens.page.wait("document.querySelector('table') !== null")
        assert screens.page.run("scrollY") == 0
        screens.page.run("history.back()")
        screens.page.wait(f"document.querySelector('a.card') !== null && scrollY === {DOWN}")

    def test_an_address_nobody_knows_shows_the_day(self, screens):
        screens.page.run("location.hash = '#/nowhere/at/all'")
        screens.page.wait("location.hash === '#/'")
        screens.sees("今日拜访 ·")

    def test_the_tab_of_the_screen_is_marked(self, screens):
        marked = "[...document.querySelectorAll('.tabs a[aria-current=page]')].map((one) => one.getAttribute('href'))"
        for where in ("#/outbox", "#/me", "#/"):
            screens.page.run(f"location.hash = {where!r}")
            screens.page.wait(f"JSON.stringify({marked}) === JSON.stringify([{where!r}])")
