"""How exactly an address is known on the map. Pure."""

from enum import StrEnum


class Precision(StrEnum):
    """How close the stored point is to the door that the address names (定位精度)."""

    DOOR = "door"  # the entrance itself
    BUILDING = "building"  # the right building
    STREET = "street"  # the right street, number unknown
    VILLAGE = "village"  # the village or estate
    DISTRICT = "district"  # the centroid of a district: a place nobody lives at
    NONE = "none"  # no point at all

    @property
    def is_routable(self) -> bool:
        """Whether a crew may be sent to the point as if it were the place itself.

        A district's centroid lies kilometres from the door, so it is never routed to unless somebody asks for it,
        and then the stop says so.
        """
        return self not in {Precision.DISTRICT, Precision.NONE}
