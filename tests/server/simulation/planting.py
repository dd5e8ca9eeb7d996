"""Ways to plant a violation in a run that is otherwise right, and to read what the checks say of it."""

from dataclasses import replace

from server.simulation import invariants


def with_server(run, **changes):
    return replace(run, server=replace(run.server, **changes))


def with_phone(run, number, **changes):
    phones = list(run.phones)
    phones[number] = replace(phones[number], **changes)
    return replace(run, phones=tuple(phones))


def with_documents(run, number, coll, docs):
    return with_phone(run, number, documents=run.phones[number].documents | {coll: docs})


def broken(run):
    return [finding.code for finding in invariants.check(run) if not finding.holds]


def only(finding):
    [violation] = finding.violations
    return violation
