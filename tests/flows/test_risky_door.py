"""Zhou notes what to beware of at a door; the crew that has the visit reads it on its card at the next contact."""

from server.db import db


class TestRiskyDoor:
    def test_is_noted_on_the_cases_page_and_read_on_the_crews_card(self, desk, as_zhou, fangs_phone):
        stop = fangs_phone.stops()[0]
        assert fangs_phone.card(stop)["address"]["access_note"] == ""
        zhou = desk("zhou", f"/cases/{stop['case_id']}")
        zhou.act("risk")
        zhou.page.wait("document.querySelector('.el-dialog textarea[name=access_note]') !== null")
        assert zhou.flawless() == []
        zhou.tap(".el-dialog .el-select__wrapper")
        high = (
            "[...document.querySelectorAll('.el-select-dropdown__item')].find((one) => one.textContent.trim() === '高')"
        )
        zhou.page.wait(f"{high} !== undefined")
        zhou.page.run(f"{high}.click()")
        zhou.fill("access_note", "院内有犬，勿独行")
        zhou.act("save-risk")
        zhou.sees("院内有犬，勿独行")
        db.session.rollback()
        fangs_phone.sync()
        told = fangs_phone.card(stop)["address"]
        assert (told["risk_level"], told["access_note"]) == ("high", "院内有犬，勿独行")

    def test_is_nothing_a_specialist_notes(self, desk, fangs_phone):
        lin = desk("lin", f"/cases/{fangs_phone.stops()[0]['case_id']}")
        lin.sees("设停访")
        assert lin.page.run("document.querySelectorAll('[data-act=risk]').length") == 0
