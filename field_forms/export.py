"""Answers as rows of words, for a screen, a paper or a table. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from field_forms.answers import pointer
from field_forms.definitions import Form, Item, Kind
from field_forms.expressions import Value

FEN_PER_YUAN = 100


@dataclass(frozen=True, slots=True)
class Row:
    """One answered question: where, what was asked and what was answered, in one language."""

    pointer: str
    label: str
    shown: str


def rows(form: Form, answers: Mapping[str, Value], *, language: str) -> tuple[Row, ...]:
    """Return a row per answer in the order of the form. `answers` are those `answers.check` returned."""
    return tuple(_rows(form.items, answers, language, ""))


def _rows(items: tuple[Item, ...], answers: Mapping[str, Value], language: str, at: str) -> Iterator[Row]:
    for item in items:
        if item.kind is Kind.GROUP:
            yield from _rows(item.items, answers, language, at)
        elif item.kind is Kind.REPEAT:
            for number, inner in enumerate(answers.get(item.name) or []):
                yield from _rows(item.items, inner, language, f"{pointer(at, item.name)}/{number}")
        elif item.name in answers:
            yield Row(pointer(at, item.name), item.label[language], shown(item, answers[item.name], language=language))


def shown(item: Item, value: Value, *, language: str) -> str:
    """Return one answer in words: a choice's label, money as yuan, anything else as it stands."""
    if item.choices:
        labels = {choice.value: choice.label[language] for choice in item.choices}
        return "、".join(labels[one] for one in (value if isinstance(value, list) else [value]))
    if item.kind is Kind.ACKNOWLEDGE:
        return "✓"
    if item.unit == "fen" and isinstance(value, int):
        yuan, fen = divmod(abs(value), FEN_PER_YUAN)
        return f"{'-' if value < 0 else ''}{yuan:,}.{fen:02d}"
    if item.kind is Kind.GEOPOINT:
        return f"{value['lon_e6'] / 1e6:.6f}, {value['lat_e6'] / 1e6:.6f} ({value['datum']}, ±{value['accuracy_m']} m)"
    return str(value)
