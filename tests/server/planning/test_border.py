"""The outline holds the mainland's towns, border towns too, and leaves Hong Kong, Macau, Taiwan and abroad outside."""

import pytest

from server.planning.border import is_in_mainland

INSIDE = {
    "Beijing": (116.40, 39.90), "Urumqi": (87.62, 43.83), "Kashgar": (75.99, 39.47), "Khorgos": (80.41, 44.21),
    "Alashankou": (82.57, 45.17), "Tacheng": (82.98, 46.75), "Mohe": (122.54, 52.97), "Heihe": (127.50, 50.24),
    "Fuyuan": (134.31, 48.36), "Suifenhe": (131.15, 44.41), "Hunchun": (130.36, 42.86), "Dandong": (124.39, 40.12),
    "Erenhot": (111.98, 43.65), "Manzhouli": (117.38, 49.60), "Ruili": (97.85, 24.01), "Dongxing": (107.97, 21.55),
    "Sanya": (109.51, 18.25), "Xiamen": (118.09, 24.48), "Dadeng island": (118.33, 24.56), "Pingtan": (119.79, 25.50),
    "Shengsi": (122.45, 30.73), "Luohu station": (114.1124, 22.5353), "Futian port": (114.0665, 22.5185),
    "Yantian": (114.24, 22.56), "Shekou": (113.91, 22.48), "Gongbei": (113.5483, 22.2200), "Hengqin": (113.53, 22.13),
    "Yadong": (88.91, 27.49), "Zhangmu": (85.98, 27.99), "Tashkurgan": (75.23, 37.77),
}  # fmt: skip
OUTSIDE = {
    "Hong Kong": (114.17, 22.28), "Sheung Shui": (114.128, 22.502), "Lo Wu station": (114.1133, 22.5283),
    "Tuen Mun": (113.97, 22.39), "Sai Kung": (114.27, 22.38), "Macau": (113.5439, 22.1987), "Taipa": (113.556, 22.156),
    "Taipei": (121.56, 25.03), "Kaohsiung": (120.30, 22.63), "Penghu": (119.57, 23.57), "Kinmen": (118.32, 24.43),
    "Nangan, Matsu": (119.93, 26.16), "Seoul": (126.98, 37.57), "Pyongyang": (125.75, 39.03), "Hanoi": (105.85, 21.03),
    "Ulaanbaatar": (106.91, 47.92), "Vladivostok": (131.89, 43.12), "Almaty": (76.90, 43.24), "Bishkek": (74.59, 42.87),
    "Kathmandu": (85.32, 27.71), "Thimphu": (89.64, 27.47), "Delhi": (77.21, 28.61), "Islamabad": (73.05, 33.69),
    "Tokyo": (139.69, 35.69), "London": (-0.13, 51.51), "Sydney": (151.21, -33.87), "Null Island": (0.0, 0.0),
}  # fmt: skip


class TestIsInMainland:
    @pytest.mark.parametrize("place", INSIDE)
    def test_holds_mainland_towns(self, place):
        lon, lat = INSIDE[place]
        assert is_in_mainland(lon_wgs84=lon, lat_wgs84=lat)

    @pytest.mark.parametrize("place", OUTSIDE)
    def test_leaves_other_places_outside(self, place):
        lon, lat = OUTSIDE[place]
        assert not is_in_mainland(lon_wgs84=lon, lat_wgs84=lat)
