"""Only points near the door are driven to as if they were the door."""

import pytest

from server.planning.precision import Precision


class TestIsRoutable:
    @pytest.mark.parametrize("precision", [Precision.DOOR, Precision.BUILDING, Precision.STREET, Precision.VILLAGE])
    def test_sends_a_crew_to_places(self, precision):
        assert precision.is_routable

    @pytest.mark.parametrize("precision", [Precision.DISTRICT, Precision.NONE])
    def test_sends_nobody_to_a_centroid_or_nowhere(self, precision):
        assert not precision.is_routable
