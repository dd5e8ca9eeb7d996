from datetime import timedelta

from sync.ids import is_uuid


class TestStamp:
    def test_tells_the_moment_as_records_do(self, senses):
        first, second = senses.stamp(), senses.stamp()
        assert second.device_time - first.device_time == timedelta(milliseconds=10)
        assert second.mono_ms - first.mono_ms == 10
        assert (first.boot, first.tz, first.gps_time) == ("boot-1", "+08:00", None)


class TestNewId:
    def test_gives_ids_in_the_order_of_time(self, senses):
        made = [senses.new_id() for _ in range(50)]
        assert made == sorted(made)
        assert len(set(made)) == 50
        assert all(is_uuid(one) for one in made)
