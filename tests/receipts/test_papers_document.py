"""docs/papers.md says under which words each field is printed; each of them stands on the rendered paper."""

from pathlib import Path

import pytest

from tests.receipts import reading, sample

PAGE = Path(__file__).parents[2] / "docs" / "papers.md"
HEADER = {"field", "---"}


def tables():
    """Return paper → [(field, printed words)] as the document tells them."""
    found, name = {}, ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            name = line.split()[1]
            found[name] = []
        elif line.startswith("| "):
            field, words = (cell.strip() for cell in line.strip("| ").split(" | ", 1))
            found[name] += [(field, [word.strip() for word in words.split(";")])] if field not in HEADER else []
    return found


def test_tells_of_every_paper():
    assert set(tables()) == set(sample.EVERY_PAPER)
    assert all(len(rows) >= 5 for rows in tables().values())


@pytest.mark.parametrize("name", sample.EVERY_PAPER)
def test_every_field_is_printed_under_its_words(name):
    render, facts = sample.EVERY_PAPER[name]
    text = reading.squeezed(reading.text_of(render(facts()).pdf))
    absent = [
        f"{field}: {word}" for field, words in tables()[name] for word in words if reading.squeezed(word) not in text
    ]
    assert absent == []
