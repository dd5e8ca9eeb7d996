import pytest


@pytest.mark.usefixtures("in_app")
class TestPhoneOut:
    def test_shows_the_chain_in_the_list_and_alone(self, phone, new_phone, as_luo, as_zhou):
        new_phone(as_luo)
        phone.push(phone.rows(3)[2:])
        listed = {one["id"]: one["chain"] for one in as_zhou.get("/v1/devices").json["items"]}
        told = listed[phone.device]
        assert (told["state"], told["missing_from"], told["is_alert"]) == ("gap", 1, False)
        assert told["since"] is not None
        assert sorted(one["state"] for one in listed.values()) == ["gap", "whole"]
        assert as_zhou.get(f"/v1/devices/{phone.device}").json["chain"] == told

    def test_shows_an_empty_list(self, as_zhou):
        assert as_zhou.get("/v1/devices").json["items"] == []
