import pytest

from server.cases import gazetteer
from server.cases.gazetteer import (
    NOWHERE,
    Division,
    Gazetteer,
    GazetteerAbsent,
    first_named,
    installed,
    load,
    main,
    parent_of,
    rest_after,
    short_name,
)
from server.planning.datum import Datum
from server.planning.precision import Precision

ROWS = """adcode,name,longitude,latitude
440000000000,广东省,113.26,23.13
440300000000,深圳市,114.05,22.54
440303000000,罗湖区,114.12,22.55
440305000000,南山区,113.92,22.53
440301000000,市辖区,,
440306000000,宝安区,,
440200000000,韶关市,113.59,24.81
440281000000,乐昌市,113.35,25.13
441900000000,东莞市,113.75,23.02
460000000000,海南省,110.33,20.03
460100000000,海口市,110.33,20.04
460106000000,龙华区,110.32,20.03
230000000000,黑龙江省,126.66,45.74
230400000000,鹤岗市,130.27,47.33
230404000000,南山区,130.28,47.31
110000000000,北京市,116.40,39.90
110100000000,市辖区,,
110105000000,朝阳区,116.44,39.92
"""


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    path = tmp_path_factory.mktemp("gazetteer") / "adcodes.csv"
    path.write_text(ROWS, encoding="utf-8")
    return load(path)


class TestLocate:
    def test_finds_the_district_and_says_how_coarse_that_is(self, places):
        found = places.locate("广东省深圳市罗湖区经二路48号")
        assert (found.adcode, found.district, found.precision) == ("440303", "罗湖区", Precision.DISTRICT)
        assert (found.lon, found.lat, found.datum) == (114.12, 22.55, Datum.GCJ02)
        assert not found.precision.is_routable

    def test_chooses_between_namesakes_by_the_city(self, places):
        assert places.locate("深圳市南山区科苑路").adcode == "440305"
        assert places.locate("黑龙江省鹤岗市南山区").adcode == "230404"

    def test_does_not_guess_between_namesakes(self, places):
        assert places.locate("南山区科苑路1号") == NOWHERE

    def test_takes_a_unique_name_alone(self, places):
        assert places.locate("罗湖区经二路").adcode == "440303"

    def test_never_answers_with_a_namesake_in_another_province(self, places):
        found = places.locate("广东省深圳市龙华区观澜街道")
        assert (found.adcode, found.precision, found.lon) == ("440300", Precision.NONE, None)

    def test_reads_short_forms_of_provinces_and_cities(self, places):
        assert places.locate("广东深圳罗湖区经二路").adcode == "440303"

    def test_takes_no_street_for_a_district_of_the_same_short_name(self, places):
        assert places.locate("广东省韶关市乐昌市人民路").adcode == "440281"
        assert places.locate("广东省乐昌路1号").precision is Precision.NONE

    def test_takes_a_city_without_districts_for_a_district(self, places):
        assert places.locate("广东省东莞市莞太路1号").precision is Precision.DISTRICT

    def test_gives_no_point_where_the_data_have_none(self, places):
        found = places.locate("广东省深圳市宝安区松岗")
        assert (found.district, found.precision, found.lon) == ("宝安区", Precision.NONE, None)

    def test_finds_districts_of_a_municipality(self, places):
        assert places.locate("北京市朝阳区建国路").adcode == "110105"

    @pytest.mark.parametrize("text", ["", "一路平安", "x" * 500, "侨城西街18号欢乐谷园内"])
    def test_is_nowhere_for_the_rest(self, places, text):
        assert places.locate(text) == NOWHERE


class TestLoad:
    def test_refuses_to_run_without_data_and_says_what_to_do(self, tmp_path):
        with pytest.raises(GazetteerAbsent, match="run `make setup`"):
            load(tmp_path / "adcodes.csv")

    def test_leaves_collective_entries_out(self, places):
        names = [division.name for found in places.below.values() for division in found]
        assert "罗湖区" in names
        assert [one.name for one in places.below["4403"]] == ["罗湖区", "南山区", "宝安区"]


class TestInstalled:
    def test_refuses_a_file_that_is_another(self, tmp_path, monkeypatch):
        path = tmp_path / "adcodes.csv"
        path.write_text(ROWS, encoding="utf-8")
        monkeypatch.setattr(gazetteer, "DATA_PATH", path)
        installed.cache_clear()
        with pytest.raises(GazetteerAbsent, match="expected 66948fa1"):
            installed()

    def test_refuses_to_run_without_data(self, tmp_path, monkeypatch):
        monkeypatch.setattr(gazetteer, "DATA_PATH", tmp_path / "none.csv")
        installed.cache_clear()
        with pytest.raises(GazetteerAbsent, match="is missing"):
            installed()

    @pytest.mark.skipif(not gazetteer.DATA_PATH.is_file(), reason="the gazetteer is not set up")
    def test_knows_the_countrys_districts(self):
        installed.cache_clear()
        found = installed().locate("广东省深圳市罗湖区经二路48号")
        assert found.adcode == "440303"
        assert sum(map(len, installed().below.values())) > 3000


class TestMain:
    def test_fails_where_the_gazetteer_is_absent(self, tmp_path, monkeypatch, capsys):
        monkeypatch.setattr(gazetteer, "DATA_PATH", tmp_path / "none.csv")
        installed.cache_clear()
        assert main() == 1
        assert "make setup" in capsys.readouterr().err
        installed.cache_clear()


class TestFirstNamed:
    def test_prefers_the_earliest_and_then_the_longest(self):
        short, long = Division("1", "吉林省", 0, 0), Division("2", "吉林市", 0, 0)
        assert first_named("吉林市昌邑区", (short, long)) is long
        assert first_named("无", (short, long)) is None


class TestRestAfter:
    def test_cuts_behind_the_name(self):
        assert rest_after("广东省深圳市", Division("44", "广东省", 0, 0)) == "深圳市"
        assert rest_after("深圳市", None) == "深圳市"
        assert rest_after("深圳市", Division("44", "广东省", 0, 0)) == "深圳市"


class TestShortName:
    @pytest.mark.parametrize(
        ("name", "short"),
        [
            ("广东省", "广东"),
            ("新疆维吾尔自治区", "新疆"),
            ("香港特别行政区", "香港"),
            ("沙市", "沙市"),
            ("海淀区", "海淀区"),
        ],
    )
    def test_drops_the_suffix_but_not_the_name(self, name, short):
        assert short_name(name) == short


class TestParentOf:
    @pytest.mark.parametrize(
        ("adcode", "key"), [("440000", ""), ("440300", "44"), ("440303", "4403"), ("440301", None)]
    )
    def test_says_where_a_division_hangs(self, adcode, key):
        assert parent_of(adcode) == key


class TestGazetteer:
    def test_is_empty_without_rows(self):
        assert Gazetteer({}).locate("广东省") == NOWHERE
