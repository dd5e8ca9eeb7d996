"""Every flag the server may set on a visit, its records, papers and files has a word on the console's screens."""

import re
from pathlib import Path

from server.visits.assembly import ONCE
from server.visits.intake import ASSEMBLY_FAILED
from server.visits.projection import SUPPLEMENTED
from sync.verdict import Flag

ROOT = Path(__file__).resolve().parents[2]
WORDS = ROOT / "web/src/console/desks/visits/words.ts"
SET = re.compile(r"flags(?:\.append\(|\b[^=\n]*=[^=\n]*\[)\"(\w+)\"|_flag\(visit, \"(\w+)\"|return \[\"(\w+)\"\]")


def written():
    """Return the flags that the code of the visits sets by name."""
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "server/visits").glob("*.py"))
    return {name for source in sources for found in SET.findall(source) for name in found if name}


def test_every_flag_of_a_visit_has_a_word_in_both_languages():
    table = re.search(r"export const FLAGS = \{(.*?)\} satisfies", WORDS.read_text(encoding="utf-8"), re.DOTALL)
    worded = dict(re.findall(r"(\w+): \[\"([^\"]+)\", \"[^\"]+\"\]", table[1]))
    named = {one.value for one in Flag} | {f"several_{kind}" for kind in ONCE} | {ASSEMBLY_FAILED, SUPPLEMENTED}
    assert {"file_conflict", "looks_like_another", "used_before", "unknown_paper", "deprecated_form"} <= written()
    assert sorted((named | written()) - worded.keys()) == []
    assert all(re.search("[\u4e00-\u9fff]", word) for word in worded.values())
