from dataclasses import replace
from datetime import date, timedelta

from receipts.promise import InstalmentFacts, render
from tests.receipts import reading, sample


def text(facts) -> str:
    return reading.text_of(render(facts).pdf)


class TestRender:
    def test_says_everything_the_procedure_asks_for(self):
        found = text(sample.written_promise())
        for expected in (
            "承诺人冯兰𬱖",
            "债权人测试银行股份有限公司",
            "确认金额日2026年11月30日",
            "本金58,300.00伍万捌仟叁佰元整",
            "12027-01-2520,000.00贰万元整银行转账",
            "合计64,386.75陆万肆仟叁佰捌拾陆元柒角伍分",
            "收款账号6500100020003000111",
            "自愿声明",
            "未受任何强迫",
            "违约后果",
            "变更与撤回",
            "送达地址天山区人民路1号",
            "联系电话138****0000",
            "☐同意以手机验证码方式确认本承诺",
            "本人承诺分3期归还，合计¥64,386.75",
            "承诺人签字冯兰𬱖",
            "见证人",
        ):
            assert expected in found

    def test_ticks_the_confirmation_by_code(self):
        assert "☑同意以手机验证码方式确认" in text(sample.written_promise(confirms_by_code=True))

    def test_has_no_line_for_a_third_party(self):
        found = text(sample.written_promise())
        assert not [word for word in ("担保人", "代偿", "亲属签字", "债务加入") if word in found]

    def test_flags_a_plan_that_does_not_add_up(self):
        facts = sample.written_promise(instalments=(InstalmentFacts(1, date(2027, 1, 25), 100),))
        paper = render(facts)
        assert paper.flags == ("promise-total differs from debt",)
        assert "合计1.00壹元整" in reading.text_of(paper.pdf)

    def test_repeats_the_total_where_it_is_signed(self):
        for count in range(1, 40, 3):
            plan = tuple(InstalmentFacts(n, date(2027, 1, 1) + timedelta(days=n), 100) for n in range(1, count + 1))
            pages = reading.pages_of(render(sample.written_promise(instalments=plan)).pdf)
            (signed,) = [page for page in pages if "承诺人签字" in page]
            assert f"本人承诺分{count}期归还" in signed

    def test_prints_two_hundred_instalments_and_hostile_text(self):
        plan = tuple(
            InstalmentFacts(n, date(2027, 1, 1) + timedelta(days=n), 100, "<u>=SUM(A1)</u>") for n in range(1, 201)
        )
        paper = render(sample.written_promise(instalments=plan, debtor=replace(sample.PARTY, name="\u202e王")))
        found = reading.text_of(paper.pdf)
        assert found.count("<u>=SUM(A1)</u>") == 200
        assert "missing-glyph U+202E" in paper.flags
        assert paper.pages >= 5

    def test_works_without_any_instalment(self):
        assert "无" in text(sample.written_promise(instalments=()))
