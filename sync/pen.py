"""Runs of pen points, written column by column: what moves smoothly is short when only its bend is told. Pure.

Source: docs/sync.md, "Packed". Twin of web/src/shared/pen.ts.
"""

import re
from itertools import accumulate, pairwise

from sync import strict_json

MARK = "\x02"
_POINT = r"\[(?:0|-?[1-9][0-9]{0,5})(?:,(?:0|-?[1-9][0-9]{0,5})){2,3}\]"
_RUN = re.compile(rf"\[{_POINT}(?:,{_POINT})+\]")
_NUMBER = r"-?[0-9]{1,8}"
_COLUMNS = re.compile(rf"{MARK}((?:{_NUMBER}[,;])*{_NUMBER})")
_SMOOTH = 3  # x, y and time move smoothly, pressure does not


def by_column(text: str) -> str:
    """Return a text with each run of points written by column."""
    return _RUN.sub(_columns, text)


def by_point(text: str) -> str:
    """Return a text as it was before by_column(). Raises ValueError for columns that are none."""
    return _COLUMNS.sub(_points, text)


def _columns(found: re.Match[str]) -> str:
    """Return a run of points column by column, each smooth one as its second differences."""
    points = strict_json.loads(found[0])
    if len({len(point) for point in points}) != 1:
        return found[0]
    told = []
    for number, column in enumerate(zip(*points, strict=True)):
        values = list(column)
        for _ in range(2 if number < _SMOOTH else 0):
            values = values[:1] + [after - before for before, after in pairwise(values)]
        told.append(",".join(map(str, values)))
    return MARK + ";".join(told)


def _points(found: re.Match[str]) -> str:
    columns = []
    for number, told in enumerate(found[1].split(";")):
        values = [int(one) for one in told.split(",")]
        for _ in range(2 if number < _SMOOTH else 0):
            values = list(accumulate(values))
        columns.append(values)
    if len({len(column) for column in columns}) != 1:
        raise ValueError("columns of different lengths")
    points = (",".join(map(str, point)) for point in zip(*columns, strict=True))
    return "[" + ",".join(f"[{point}]" for point in points) + "]"
