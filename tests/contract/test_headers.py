"""What every answer carries for the browser, asked of every address without arguments. Source: ASVS 5.0, V3.4."""

import pytest


@pytest.fixture
def answers(app, as_guo):
    """Yield the answer of every address that takes no argument, to somebody who is signed in and to a stranger."""
    stranger = app.test_client()
    rules = [rule for rule in app.url_map.iter_rules() if not rule.arguments and "GET" in rule.methods]
    assert len(rules) > 40
    return [(rule.rule, caller.get(rule.rule)) for rule in rules for caller in (as_guo, stranger)]


class TestEveryAnswer:
    def test_says_what_the_browser_may_do_with_it(self, answers):
        for rule, answer in answers:
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy, rule
            assert "base-uri 'none'" in policy, rule
            assert answer.headers["X-Content-Type-Options"] == "nosniff", rule

    def test_may_stand_in_no_other_page(self, answers):
        assert not [
            rule
            for rule, answer in answers
            if "frame-ancestors 'none'" not in answer.headers["Content-Security-Policy"]
        ]

    def test_gives_no_address_of_ours_to_others(self, answers):
        assert not [rule for rule, answer in answers if answer.headers["Referrer-Policy"] != "no-referrer"]

    def test_opens_nothing_to_other_origins_but_the_public_log(self, answers):
        opened = {rule for rule, answer in answers if answer.headers.get("Access-Control-Allow-Origin")}
        assert all(rule.startswith("/log") for rule in opened), opened

    def test_sets_no_cookie_on_reading(self, answers):
        assert not [rule for rule, answer in answers if "Set-Cookie" in answer.headers]
