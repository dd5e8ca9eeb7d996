import pytest

COLUMNS = {"编号": "case_no", "户名": "name", "身份证": "id_number", "欠款": "total"}


class TestAddCreditor:
    def test_adds_one_that_is_listed(self, as_an, as_lin):
        made = as_an.post("/v1/creditors", json={"name": "新委托方", "commission_no": "WT-3"})
        assert made.status_code == 201
        assert made.headers["Location"].endswith(made.json["id"])
        assert "新委托方" in {row["name"] for row in as_lin.get("/v1/creditors").json["items"]}

    def test_refuses_a_name_twice_and_the_specialist(self, as_an, as_lin):
        taken = as_an.post("/v1/creditors", json={"name": "某建材供应链公司"})
        assert (taken.status_code, taken.json["type"]) == (409, "/problems/creditor-name-taken")
        assert as_lin.post("/v1/creditors", json={"name": "x"}).status_code == 403


class TestListCreditors:
    def test_shows_only_those_one_works_for(self, as_wei, creditors):
        assert [row["id"] for row in as_wei.get("/v1/creditors").json["items"]] == [str(creditors["supplier"])]
        assert as_wei.get(f"/v1/creditors/{creditors['bank']}").status_code == 404


class TestChangeCreditor:
    def test_needs_the_version_that_was_seen(self, as_an, creditors):
        path = f"/v1/creditors/{creditors['bank']}"
        seen = as_an.get(path)
        assert as_an.patch(path, json={"contact": "王"}).status_code == 428
        changed = as_an.patch(path, json={"contact": "王"}, headers={"If-Match": seen.headers["ETag"]})
        assert (changed.json["contact"], changed.json["version"]) == ("王", 2)
        assert as_an.patch(path, json={"contact": "李"}, headers={"If-Match": seen.headers["ETag"]}).status_code == 412


class TestPutMapping:
    def test_stores_and_replaces_a_template(self, as_lin, creditors):
        path = f"/v1/creditors/{creditors['bank']}/mappings/cases"
        assert as_lin.get(path).status_code == 404
        first = as_lin.put(path, json={"columns": COLUMNS})
        assert (first.status_code, first.json["version"]) == (200, 1)
        assert as_lin.put(path, json={"columns": COLUMNS}).status_code == 428
        second = as_lin.put(
            path, json={"columns": COLUMNS, "yuan_per_unit": 10_000}, headers={"If-Match": first.headers["ETag"]}
        )
        assert (second.json["version"], as_lin.get(path).json["yuan_per_unit"]) == (2, 10_000)

    @pytest.mark.parametrize("columns", [{"编号": "nickname"}, {"a": "name", "b": "name"}])
    def test_refuses_what_is_no_template(self, as_lin, creditors, columns):
        answer = as_lin.put(f"/v1/creditors/{creditors['bank']}/mappings/cases", json={"columns": columns})
        assert (answer.status_code, answer.json["type"]) == (422, "/problems/bad-mapping")

    def test_knows_no_other_kinds_and_no_other_creditors(self, as_lin, as_wei, creditors):
        assert as_lin.get(f"/v1/creditors/{creditors['bank']}/mappings/weather").status_code == 404
        path = f"/v1/creditors/{creditors['bank']}/mappings/cases"
        assert as_wei.put(path, json={"columns": COLUMNS}).status_code == 404
