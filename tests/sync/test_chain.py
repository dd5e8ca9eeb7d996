import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import chain
from sync.canonical import sha256_hex
from sync.chain import Head, Link


def links_of(n, owner="d"):
    found, prev = [], chain.genesis(owner)
    for seq in range(1, n + 1):
        made = sha256_hex(f"{owner}{seq}".encode())
        found.append(Link(seq, prev, made))
        prev = made
    return found


class TestGenesis:
    def test_differs_for_every_owner(self):
        assert chain.genesis("a") != chain.genesis("b")

    def test_is_the_hash_the_page_names(self):
        assert chain.genesis("x") == sha256_hex(b"doorstep.chain/1:x")


class TestLinkHash:
    def test_agrees_with_the_shared_vector(self, vectors):
        case = vectors("chain")["link_hash"]
        assert chain.link_hash(case["prev"], case["payload"].encode()) == case["hash"]

    def test_depends_on_both_parts(self):
        assert len({chain.link_hash(p, b) for p in ("a", "b") for b in (b"", b"x")}) == 4


class TestInspect:
    def test_agrees_with_the_shared_vectors(self, vectors):
        told = vectors("chain")
        assert chain.genesis(told["owner"]) == told["genesis"]
        for case in told["cases"]:
            report = chain.inspect([Link(**link) for link in case["links"]], owner=told["owner"])
            assert report.head == Head(**case["head"]), case["name"]
            assert [list(gap) for gap in report.gaps] == case["gaps"], case["name"]
            assert list(report.forks) == case["forks"], case["name"]
            assert list(report.breaks) == case["breaks"], case["name"]

    @given(st.integers(0, 12), st.randoms(use_true_random=False))
    def test_finds_a_whole_run_whole_in_any_order(self, n, rng):
        shuffled = links_of(n) + links_of(n)[: n // 2]
        rng.shuffle(shuffled)
        report = chain.inspect(shuffled, owner="d")
        assert report.is_whole
        assert report.head.seq == n

    @given(st.integers(2, 12), st.data())
    def test_finds_every_missing_link_but_the_last(self, n, data):
        gone = data.draw(st.integers(1, n - 1))
        report = chain.inspect([link for link in links_of(n) if link.seq != gone], owner="d")
        assert report.gaps == ((gone, gone),)
        assert report.head.seq == gone - 1
        assert not report.is_whole

    @given(st.integers(1, 12), st.data())
    def test_finds_every_exchanged_link(self, n, data):
        at = data.draw(st.integers(1, n))
        links = links_of(n)
        links[at - 1] = Link(at, links[at - 1].prev, sha256_hex(b"other"))
        report = chain.inspect(links, owner="d")
        # The last link of a run has no successor to betray it: only its own signature does.
        assert report.is_whole == (at == n)
        assert (at + 1 in report.breaks) == (at < n)

    def test_does_not_take_another_devices_chain(self):
        report = chain.inspect(links_of(3, owner="e"), owner="d")
        assert (report.head.seq, report.breaks) == (0, (1,))


class TestAdvance:
    def test_stops_at_a_gap_and_goes_on_once_it_is_filled(self):
        links = links_of(5)
        head = chain.advance(chain.start("d"), [*links[:2], *links[3:]])
        assert head.seq == 2
        assert chain.advance(head, links[2:]) == Head(5, links[4].hash)

    def test_never_goes_back(self):
        links = links_of(5)
        head = Head(4, links[3].hash)
        assert chain.advance(head, links[:4]) == head


class TestFollows:
    @pytest.mark.parametrize(
        ("link", "is_next"),
        [
            (Link(3, "h", "x"), True),
            (Link(4, "h", "x"), False),
            (Link(2, "h", "x"), False),
            (Link(3, "other", "x"), False),
        ],
    )
    def test_needs_both_place_and_hash(self, link, is_next):
        assert chain.follows(Head(2, "h"), link) is is_next
