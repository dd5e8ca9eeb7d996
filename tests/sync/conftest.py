"""A phone's key and records made the way a phone makes them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sync import chain, envelope, ids
from sync.envelope import Stamp
from sync.signature import Alg, signing_key
from tests.tsa import Authority

DEVICE = "0193a0b1-0000-7000-8000-00000000d001"
VISIT = "0193a0b1-0000-7000-8000-000000000fff"
T0 = datetime(2026, 12, 2, 1, 30, tzinfo=UTC)
VECTORS = Path(__file__).parent.parent / "vectors"


@pytest.fixture(scope="session")
def vectors():
    return lambda name: json.loads((VECTORS / f"{name}.json").read_text())


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    """A time-stamping authority of OpenSSL's making; here too, so that the library's tests need no server."""
    return Authority(tmp_path_factory.mktemp("tsa") / "authority")


@pytest.fixture(scope="session")
def device():
    return DEVICE


@pytest.fixture(scope="session")
def t0():
    return T0


@pytest.fixture(scope="session")
def key():
    return signing_key(Alg.ED25519, bytes(range(32)))


@pytest.fixture(scope="session")
def es256_key():
    return signing_key(Alg.ES256, bytes(range(1, 33)))


@pytest.fixture(scope="session")
def seal(key):
    """Make one record at a place of the chain."""

    def make(seq=1, prev=None, *, body=None, signer=key, device=DEVICE, manifest=(), record_type="outcome"):
        env = envelope.build(
            {"visit_id": VISIT, "code": 1} if body is None else body,
            record_type=record_type,
            record_id=ids.uuid7(1764639000000 + seq, bytes([seq % 256] * 10)),
            link_to=(seq, prev or chain.genesis(device)),
            device=device,
            stamp=Stamp("boot-1", 1000 * seq, T0 + timedelta(seconds=seq), "+08:00"),
            manifest=manifest,
        )
        return envelope.seal(env, key=signer)

    return make


@pytest.fixture(scope="session")
def run_of(seal):
    """Make a whole run of n chained records."""

    def make(n, **kwargs):
        records = []
        for seq in range(1, n + 1):
            records.append(seal(seq, records[-1].hash if records else None, **kwargs))
        return records

    return make
