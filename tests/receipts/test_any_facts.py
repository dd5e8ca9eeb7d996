"""Whatever a phone or a creditor's file may say, a paper comes out: facts drawn at random, field by field."""

import dataclasses
import typing
from datetime import UTC, date, datetime
from enum import Enum

import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from receipts import (
    account_statement,
    breach_notice,
    deletion_certificate,
    dunning_letter,
    evidence_index,
    promise,
    route_sheet,
    visit_receipt,
    visit_scheme,
    visit_summary,
)
from receipts.facts import SealFacts
from receipts.images import PrintPhoto, for_print
from receipts.templates import Clause, Template
from tests.receipts import sample

WORDS = st.text(max_size=30) | st.sampled_from(
    [
        "",
        "王<b>小明",
        "=1+1",
        "\ud800",
        "\u202e",
        "𬱖",
        "长" * 300,
        "a" * 300,
        "\n" * 40,
        "（" * 50,
        "。" * 200,
        "☑" * 60,
    ]
)
NUMBERS = st.integers(-(10**15), 10**15) | st.integers(-3, 100)
PLAIN = {
    str: WORDS,
    bool: st.booleans(),
    int: NUMBERS,
    bytes: st.binary(max_size=40) | st.just(sample.photo_bytes((40, 30))),
    date: st.dates(date(1990, 1, 1), date(2100, 1, 1)),
    datetime: st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis wants it so
    PrintPhoto: st.just(for_print(sample.photo_bytes((40, 30)))),  # nothing else makes one
    type(None): st.none(),
}
PAPERS = {
    "visit_receipt": (visit_receipt.render, visit_receipt.VisitReceiptFacts),
    "account_statement": (account_statement.render, account_statement.AccountStatementFacts),
    "dunning_letter": (dunning_letter.render, dunning_letter.DunningLetterFacts),
    "promise": (promise.render, promise.PromiseFacts),
    "visit_scheme": (visit_scheme.render, visit_scheme.VisitSchemeFacts),
    "route_sheet": (route_sheet.render, route_sheet.RouteSheetFacts),
    "visit_summary": (visit_summary.render, visit_summary.VisitSummaryFacts),
    "evidence_index": (evidence_index.render, evidence_index.EvidenceIndexFacts),
    "breach_notice": (breach_notice.render, breach_notice.BreachNoticeFacts),
    "deletion_certificate": (deletion_certificate.render, deletion_certificate.DeletionCertificateFacts),
}


def any_of(annotation: object) -> st.SearchStrategy:
    """Return a strategy for any value of a facts field."""
    if annotation in PLAIN:
        return PLAIN[annotation]
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return st.sampled_from(annotation)
    if dataclasses.is_dataclass(annotation):
        return any_seal() if annotation is SealFacts else any_tree(annotation)
    members = typing.get_args(annotation)
    if typing.get_origin(annotation) is tuple:
        return any_tuple(members)
    return st.one_of([any_of(member) for member in members])


def any_tuple(members: tuple[object, ...]) -> st.SearchStrategy:
    if members[-1] is Ellipsis:
        return st.lists(any_of(members[0]), max_size=3).map(tuple)
    return st.tuples(*[any_of(member) for member in members])


def any_tree(kind: type) -> st.SearchStrategy:
    hints = typing.get_type_hints(kind)
    return st.builds(
        kind,
        **{
            field.name: any_words(field.default)
            if hints[field.name] is Template
            else st.deferred(lambda hint=hints[field.name]: any_of(hint))
            for field in dataclasses.fields(kind)
        },
    )


def any_words(shipped: Template) -> st.SearchStrategy:
    """Return a template with the clauses of the one that ships, whatever they say."""
    clauses = st.tuples(*[st.builds(Clause, name=st.just(one.name), text=WORDS) for one in shipped.clauses])
    return st.builds(Template, kind=st.just(shipped.kind), number=NUMBERS, clauses=clauses)


def any_seal() -> st.SearchStrategy:
    """Return any seal with a verification address of ours; everything else on it is free."""
    return st.builds(
        SealFacts,
        serial=WORDS,
        generated_at=PLAIN[datetime],
        firm_name=WORDS,
        verify_url=st.just("https://d.example/verify/x"),
        version=NUMBERS,
        log_size=st.integers(0, 10**9),
        log_root=st.sampled_from(["", sample.ROOT]),
    )


class TestEveryPaper:
    @pytest.mark.parametrize("name", PAPERS)
    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def test_comes_out_whatever_its_facts_say(self, name, data):
        render, kind = PAPERS[name]
        paper = render(data.draw(any_tree(kind)))
        with pypdfium2.PdfDocument(paper.pdf) as document:
            assert len(document) == paper.pages

    def test_draws_every_field_of_a_tree(self):
        for _, kind in PAPERS.values():
            assert {field.name for field in dataclasses.fields(kind)} == set(typing.get_type_hints(kind))
