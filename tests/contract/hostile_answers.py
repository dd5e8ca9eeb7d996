"""What is asked of every answer to hostile input, and the verdicts it is held to (`hostile_verdicts.json`)."""

import json
from collections import Counter
from pathlib import Path

import pytest

VERDICTS = Path(__file__).with_name("hostile_verdicts.json")


def ok(answer):
    """Return the status after looking that a refusal is one problem document."""
    assert answer.status_code < 500, answer.text[:500]
    if answer.status_code >= 400:
        assert answer.content_type == "application/problem+json", answer.content_type
        if answer.data:
            assert answer.json["status"] == answer.status_code
    return answer.status_code


def in_short(found):
    """Return {member: {"*": its commonest verdict, value: another verdict}} of {"member = value": verdict}."""
    by_member = {}
    for name, said in found.items():
        member, _, value = name.rpartition(" = ")
        by_member.setdefault(member, {})[value] = said
    short = {}
    for member, answers in by_member.items():
        [(commonest, _)] = Counter(answers.values()).most_common(1)
        others = {value: said for value, said in answers.items() if said != commonest}
        short[member] = {"*": commonest} | dict(sorted(others.items()))
    return short


@pytest.fixture
def verdicts():
    """Hold what was answered to what is written, member by member."""
    known = json.loads(VERDICTS.read_text(encoding="utf-8")) if VERDICTS.is_file() else {}

    def compare(story, found):
        short = in_short(found)
        if story not in known:
            told = dict(sorted((known | {story: short}).items()))
            VERDICTS.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
            pytest.fail(f"the verdicts of {story} were recorded: look at them, then run again")
        recorded = known[story]
        assert {member: said for member, said in short.items() if recorded.get(member, said) != said} == {}
        # A call that came after the recording is held to one verdict once the story is recorded anew.
        assert len(short.keys() & recorded.keys()) > 0.8 * len(recorded)

    return compare
