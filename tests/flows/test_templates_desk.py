"""The text of a paper is looked at as the PDF it will be, before anybody sends it in."""

import os
import time

from sqlalchemy import select

from server.accounts.models import PaperTemplate
from server.db import db
from tests.flows.thumb import look_at

FIELD = "textarea[aria-label='您的权利']"


def test_is_seen_as_the_paper_without_being_kept(desk, creditors):
    an = desk("an", "/templates?kind=dunning_letter")
    an.act("specimen")
    an.page.wait("document.querySelector('iframe')?.src.startsWith('blob:')")
    an.press("据此起草新文本")
    an.type(FIELD, "您有权核对金额，有权提出异议。")
    an.sees("文本已改动")
    before = an.page.run("document.querySelector('iframe').src")
    an.act("specimen")
    an.page.wait(f"document.querySelector('iframe')?.src !== {before!r} && document.querySelector('iframe') !== null")
    an.page.wait("!document.body.innerText.includes('文本已改动')")
    assert an.page.run("broken") == []
    if os.environ.get("DOORSTEP_GUIDE_PICTURES") or os.environ.get("DOORSTEP_SHOTS"):
        time.sleep(6)  # the browser's own viewer does not tell when it has drawn
    an.picture("admin-templates")
    look_at(an, "template-specimen")
    assert db.session.scalars(select(PaperTemplate)).all() == []


def test_a_brace_that_would_be_printed_as_it_stands_is_told(desk, creditors):
    an = desk("an", "/templates?kind=dunning_letter")
    an.press("据此起草新文本")
    an.type(FIELD, "贵方欠款 {total}，您有权提出异议。")
    an.act("specimen")
    an.sees("此单据不填写合并字段，{total} 会照原样印出，请删去")
    assert an.page.run("document.querySelector('iframe')") is None


def test_what_is_wrong_stands_beside_its_clause(desk, creditors):
    an = desk("an", "/templates?kind=dunning_letter")
    an.press("据此起草新文本")
    an.type(FIELD, "您有权\U0001f600提出异议。")
    an.act("specimen")
    an.sees("单据的字体印不出这个字符：\U0001f600 U+1F600")
    assert an.page.run(f"document.querySelector({FIELD!r}).getAttribute('aria-invalid')") == "true"
    assert an.page.run("document.querySelector('iframe')") is None
    assert an.flawless() == []
    an.press("提交新文本")
    an.sees("有 1 处条款需要修改")
    assert db.session.scalars(select(PaperTemplate)).all() == []
    an.type(FIELD, "您有权提出异议。")
    an.press("提交新文本")
    an.sees("待批准")
