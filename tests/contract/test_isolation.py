"""Every endpoint, every role, another creditor's rows: not there. Made from the URL map, so a new view takes part.

One row of the bank's lies in every table (`foreign_world`). Somebody of each role who works for the supplier only calls
everything: what names a row of the bank's in its path answers 404 (403 where the role may not call at all), and no
list, paper or problem holds a word of the bank's. The same calls by people of the bank do find the rows.

Source: docs/threats.md; OWASP ASVS 5.0 8.2.1, 8.2.2, 8.4.1; OWASP API1, API5.
"""

import pytest

from server.accounts.roles import Role
from tests.cast import CAST
from tests.contract.foreign_world import OF_FIRM as FIRMS_TABLES
from tests.contract.foreign_world import SECRET, SERIAL, add_foreigners, body_for, build_world

OF_BANK = {
    "case_id": "case", "address_id": "address", "approval_id": "legal_approval", "fact_id": "limitation_fact",
    "complaint_id": "complaint", "creditor_id": "creditor", "request_id": "data_request", "deletion_id": "deletion",
    "dossier_id": "dossier", "escalation_id": "escalation", "filing_id": "filing", "step_id": "filing_step",
    "hold_id": "legal_hold", "run_id": "import_run", "scheme_id": "scheme", "list_id": "visit_list",
    "visit_id": "visit", "export_id": "export", "file_id": "visit_file", "job_id": "job", "row_id": "quarantine",
}  # fmt: skip
# These belong to the firm, not to a creditor: its people, phones, forms, texts of papers.
OF_FIRM = {"person_id", "device_id", "template_id", "delegation_id", "form_id", "upload_id", "paper_id", "secret",
           "where", "index", "name", "filename", "coll", "passkey_id", "session_id"}  # fmt: skip
# The row is found, the file of it is not there: the bytes of this world lie nowhere. A job is its owner's.
UNSHOWN = {"visit_files.get_photo", "visit_files.get_original", "visit_files.get_thumbnail", "system.show_job"}
PLAIN = {"number": 1, "kind": "cases", "version": "1", "key": "incident:0193a0b1-0000-7000-8000-00000000a001"}


@pytest.fixture
def world(app, in_app, creditors):
    add_foreigners(creditors["supplier"])
    return build_world(creditors["bank"])


def calls(app):
    """Yield (rule, method, view) of everything that people sign in for."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: one.rule):
        view = app.view_functions[rule.endpoint]
        if not set(getattr(view, "allowed", ())) & set(Role) or rule.rule.startswith(("/openrosa", "/logout")):
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method.lower(), view


def arguments(rule):
    return set(rule.arguments) - set(rule.defaults or {})


def path_of(rule, world):
    values = {}
    for name in arguments(rule):
        if name == "stop_id":
            values[name] = world["stop_flag" if rule.rule.endswith("/lift") else "scheme_stop"]
        elif name == "run_id" and "/payments/" in rule.rule:
            values[name] = world["payment_run"]
        elif name == "device_id":
            values[name] = world["device"]
        elif name == "serial":
            values[name] = SERIAL
        else:
            values[name] = world[OF_BANK[name]] if name in OF_BANK else PLAIN.get(name) or world["person"]
    return rule.build(values | dict(rule.defaults or {}), append_unknown=False)[1]


def names_the_banks(rule):
    return bool(arguments(rule) & OF_BANK.keys()) or rule.rule.endswith("/breach-notice")


def call(person, method, path, view):
    sent = {"headers": {"If-Match": "*"}}
    if hasattr(view, "takes"):
        sent["json"] = body_for(view.takes)
    if hasattr(view, "asks"):
        sent["query_string"] = body_for(view.asks)
    return getattr(person, method)(path, **sent)


class TestEveryEndpoint:
    def test_hides_the_banks_rows_from_every_role_of_the_suppliers(self, app, world, sign_in):
        wrong, asked = [], 0
        people = {role: sign_in(f"x-{role}") for role in Role}
        for rule, method, view in calls(app):
            if not names_the_banks(rule):
                continue
            for role, person in people.items():
                wanted = 404 if role in view.allowed else 403
                answer = call(person, method, path_of(rule, world), view)
                asked += 1
                if answer.status_code != wanted or SECRET in answer.text:
                    wrong.append(
                        f"{method} {rule.rule} as {role}: {answer.status_code}, not {wanted} {answer.text[:300]}"
                    )
        assert not wrong, "\n".join(wrong)
        assert asked > 700

    def test_shows_the_same_rows_to_the_banks_own_people(self, app, world, sign_in):
        """Without this the test above would hold for rows that are nowhere."""
        people, hidden, shown = {}, [], 0
        for rule, method, view in calls(app):
            if method != "get" or not names_the_banks(rule) or rule.endpoint in UNSHOWN:
                continue
            name = next(one for one, (_, roles) in CAST.items() if set(roles) & view.allowed and one != "wei")
            people.setdefault(name, sign_in(name))
            answer = call(people[name], method, path_of(rule, world), view)
            shown += answer.status_code == 200
            if answer.status_code in {403, 404} and answer.json["type"] != "/problems/blob-absent":
                hidden.append(f"{method} {rule.rule} as {name}: {answer.status_code} {answer.text[:200]}")
        assert not hidden, "\n".join(hidden)
        assert shown >= 24, shown

    def test_asks_who_calls(self, app, world):
        client, wrong = app.test_client(), []
        for rule, method, view in calls(app):
            answer = call(client, method, path_of(rule, world), view)
            if answer.status_code != 401 and rule.endpoint != "pages.sign_out":
                wrong.append(f"{method} {rule.rule}: {answer.status_code}")
        assert not wrong

    def test_says_of_every_argument_whose_it_is(self, app):
        named = {name for rule, _, _ in calls(app) for name in arguments(rule)}
        assert named <= OF_BANK.keys() | OF_FIRM | PLAIN.keys() | {"stop_id", "serial"}


class TestLists:
    def test_never_hold_a_word_of_the_banks(self, app, world, sign_in):
        leaks, shown = [], set()
        ids = {str(one) for name, one in world.items() if name not in {"person", *FIRMS_TABLES}}
        for rule, method, view in calls(app):
            if method != "get" or arguments(rule):
                continue
            for role in sorted(view.allowed):
                answer = sign_in(f"x-{role}").get(rule.rule)
                assert answer.status_code < 500, (rule.rule, answer.text)
                if SECRET in answer.text or any(one in answer.text for one in ids):
                    leaks.append(f"{rule.rule} as {role}: {answer.text[:300]}")
            own = next(one for one, (_, roles) in CAST.items() if set(roles) & view.allowed and one != "wei")
            text = sign_in(own).get(rule.rule).text
            if any(one in text for one in ids):
                shown.add(rule.rule)
        assert not leaks, "\n".join(leaks)
        assert shown >= {"/v1/cases", "/v1/visits", "/v1/schemes", "/v1/visit-lists", "/v1/escalations", "/v1/imports"}
