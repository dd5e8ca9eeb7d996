"""What the design says of the law that no gate can ask: it is how the product is built, each with the test of it."""

BUILT_IN = (
    ("3.1", "No cash: no table, body, form or paper has a field for money received", "firm procedure 2.3(2)(7)", "A",
     "tests/project/test_guards.py::test_no_column_body_or_form_asks_for_money_received"),
    ("3.2", "A lawyer's letter has the words of a named firm only, approved by legal", "律师法 13, 55", "A",
     "tests/server/cases/api/test_templates.py::test_refuses_a_lawyers_letter_without_firm_licence_or_seal"),
    ("3.2", "Agents are not ranked by money anywhere", "信用卡业务管理办法 66", "B",
     "tests/project/test_guards.py::test_nothing_ranks_agents_by_money"),
    ("3.3", "A phone holds a day's stops and forgets them at noon of the next day", "个人信息保护法 6, 19", "A",
     "tests/server/schemes/test_cards.py::test_takes_all_of_a_day_off_at_noon_of_the_next"),
    ("3.3", "ID numbers, telephones, addresses and records are sealed by a key per case",
     "个人信息保护法 28, 51", "A", "tests/server/cases/test_keyring.py::test_is_bound_to_its_place_and_its_case"),
    ("3.3", "Deletion destroys the case's key, by two people, with a certificate", "个人信息保护法 21, 47", "A",
     "tests/server/privacy/test_deletions.py::test_is_certified_on_paper_once_and_verifiably"),
    ("3.3", "The notice after a lost phone is drafted from what was on it", "个人信息保护法 57", "A",
     "tests/server/privacy/test_breach.py::test_states_what_the_law_asks_for"),
    ("3.3", "Overdue: answers to people, the notice for a lost phone, deletion, return at the end of a commission",
     "个人信息保护法 21, 47, 50, 57", "A",
     "tests/server/console/test_duties.py::test_names_a_request_that_was_not_answered_in_time"),
    ("3.3", "The next compliance audit is due by a day the firm sets, and overdue stands among the exceptions",
     "个人信息保护法 54", "A", "tests/server/console/test_duties.py::test_names_the_audit_once_its_day_is_past"),
    ("3.3", "An answer that hands out personal data is kept under no Idempotency-Key", "个人信息保护法 51", "A",
     "tests/server/privacy/test_taken_lists.py::test_are_kept_nowhere_under_a_key"),
    ("3.3", "Bulk is counted per person and day, over all files", "刑法 253之一; 法释〔2017〕10号 5", "A",
     "tests/server/privacy/test_exports.py::test_asks_for_another_person_when_the_slices_add_up"),
    ("3.4", "Start, restart, cap of 20 years, last instalment: the clock agrees with a second, independent one",
     "民法典 188, 189, 195; 诉讼时效规定 8-17; 银行卡规定 3", "A",
     "tests/server/cases/test_limitation_oracle.py::test_holds_for_random_debts"),
    ("3.4", "The guarantor's six months are never interrupted", "民法典 692, 693", "A",
     "tests/server/cases/test_guarantee.py::test_is_never_interrupted_by_what_the_debtor_did"),
    ("3.4", "Payments cover costs, then interest, then principal, shown step by step", "民法典 560, 561", "A",
     "tests/server/cases/test_ledger.py::test_shows_costs_then_interest_then_principal_with_the_article"),
    ("3.5", "A record changed after it was signed is found by anybody, without us", "电子签名法 5, 8, 13; 证据规定 94",
     "A", "tests/sync/test_verify.py::test_finds_a_changed_record"),
    ("3.5", "The state of the log gets an authority's time early; what is older is not claimed",
     "互联网法院规定 11; 在线诉讼规则 16-18", "A",
     "tests/server/cases/test_stamping.py::test_stamps_the_checkpoint_as_openssl_agrees"),
    ("3.5", "A dossier tells versions, clocks, downtimes and backups of its period", "证据规定 93", "A",
     "tests/server/escalation/test_conditions.py::test_tells_downtimes_and_backups"),
    ("3.5", "Terms of court and police run from the day after the step", "民诉法 126, 227", "A",
     "tests/server/escalation/test_deadlines.py::test_run_from_the_day_after_the_step"),
    ("3.5", "Courts are suggested by residence; a place of performance is left to a person", "民诉法 22, 24, 35", "A",
     "tests/server/escalation/test_court_readiness.py::test_follow_the_residence_and_leave_the_contract_to_a_person"),
    ("3.5", "Readiness for the police never concludes intent", "法释〔2018〕19号 6", "A",
     "tests/server/escalation/test_court_readiness.py::test_never_concludes_intent"),
    ("3.6", "No script, template, form or paper has words that bring a third party to pay", "GB/T 45251", "B",
     "tests/project/test_guards.py::test_no_text_brings_a_third_party_to_pay"),
    ("3.6", "A paper for a third party prints no debt", "GB/T 45251; 个人信息保护法 6, 13", "B",
     "tests/server/visits/papers/test_receipt.py::test_prints_no_debt_for_a_third_party"),
)  # fmt: skip
"""Section, what holds, source, grade, test."""
DESIGN = {
    "3.1": "HOURS CREW IDENT ENTRY REC LOC DEV TRUTH BORROW CASH ABUSE FREQ-V REVISIT FREQ-C NOTICE SPECIAL HOLIDAY",
    "3.2": "STAFF-OK TRAIN KPI AGENCY LETTER CARDLETTER RECORDS",
    "3.3": "PI-NEED PI-THIRD PI-NOTICE PI-KEEP PI-RETURN PI-TRACK PI-BORDER PI-REQUEST PI-IMPACT PI-BREACH PI-BULK",
}
"""The rows that the design's sections 3.1 to 3.3 have, by the ids they are asked under."""


def lines() -> list[str]:
    """Return the page's part about what is built in, with the test of each."""
    head = ["\n## Built in: what no gate has to ask 内建", "| section | what holds | source | grade | test |",
            "|---|---|---|---|---|"]  # fmt: skip
    rows = [
        f"| {section} | {what} | {source} | {grade} | `{test}` |" for section, what, source, grade, test in BUILT_IN
    ]
    return [*head, *rows]
