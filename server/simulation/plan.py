"""What will go wrong in a simulation, drawn from one seed before it begins. Pure: the same seed draws the same plan.

Only the choices are drawn here; how threads, server and line interleave on a busy machine differs from run to run.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from random import Random

from server.simulation.cutter import CLEAR, HEAVY, SECOND_GENERATION, Weather

CLOCK_ERROR_DAYS = 400
HASTE = 16
"""A phone's waits and a slow line's delays are so many times shorter than in life; their order and ratio stay."""
SIXTEEN_TIMES_2G = Weather(
    cut=SECOND_GENERATION.cut,
    delay_s=SECOND_GENERATION.delay_s / HASTE,
    bytes_per_s=(SECOND_GENERATION.bytes_per_s or 0.0) * HASTE,
)
CREW = 2
MOST_CREWS = 100
"""Crews of one scheme (server/schemes/schemas.py); a larger fleet goes out on several."""
BACKUP_DAY = 2
STOPS_PER_CREW = 3


class Faults(StrEnum):
    """How much goes wrong."""

    NONE = "none"
    LIGHT = "light"
    HEAVY = "heavy"


class Trick(StrEnum):
    """What a faulty or dishonest phone may hand in."""

    DUPLICATE = "duplicate"  # the same push twice
    REORDERED = "reordered"  # the last batch first
    ALTERED = "altered"  # a kept record again with other content, well signed
    FORGED = "forged"  # a signature that does not fit
    FOREIGN = "foreign"  # a record of another phone
    MALFORMED = "malformed"  # no record at all
    NOT_ITS_OWN = "not_its_own"  # a row of a collection only the server writes
    FORK = "fork"  # a second record at a place of the chain that is taken
    CORRUPT_CHUNK = "corrupt_chunk"  # a chunk that is not what its checksum says
    CORRUPT_FILE = "corrupt_file"  # a whole file that is not what was announced


WHILE_WAITING = frozenset({Trick.DUPLICATE, Trick.REORDERED, Trick.CORRUPT_CHUNK, Trick.CORRUPT_FILE})
"""Tricks with what still waits to be sent; the others need something the server has acknowledged."""


@dataclass(frozen=True, slots=True)
class AgentPlan:
    """One agent and the fate of the phone: seed of all its choices, what goes wrong and on which day.

    dies_writing and dies_sending: for each day after how many writes or requests the phone goes dead, 0 never.
    """

    number: int
    seed: int
    clock_error_days: int = 0
    is_slow: bool = False
    is_away: bool = False  # without any network until the last evening
    dies_writing: tuple[int, ...] = ()
    dies_sending: tuple[int, ...] = ()

    @property
    def username(self) -> str:
        """The agent's login."""
        return f"agent{self.number:02d}"

    @property
    def crew(self) -> int:
        """The number of the agent's crew, from 0."""
        return self.number // CREW

    @property
    def is_lead(self) -> bool:
        """Is this the first of the crew's two?"""
        return self.number % CREW == 0


@dataclass(frozen=True, slots=True)
class DayPlan:
    """What goes wrong on one day.

    kill_after: after how many phones of the noon and of the evening the server is killed, 0 never. swap: the crews
    that change places at noon. lost: the agent whose phone is gone in the evening. tricks: agent and what is tried.
    """

    kill_after: tuple[int, int] = (0, 0)
    swap: tuple[int, int] | None = None
    is_backed_up: bool = False
    is_restored: bool = False
    lost: int | None = None
    tricks: tuple[tuple[int, Trick], ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole simulation as it was drawn."""

    seed: int
    faults: Faults
    weather: Weather
    slow_weather: Weather
    agents: tuple[AgentPlan, ...]
    days: tuple[DayPlan, ...]
    stops: int = STOPS_PER_CREW
    """Visits planned for each crew and day; a crew may get more of them than another."""

    @property
    def crews(self) -> int:
        """How many crews go out."""
        return len(self.agents) // CREW

    @property
    def parts(self) -> list[range]:
        """The crews of each scheme of a day: as few schemes as may be, of equal size."""
        return parts(self.crews)


def parts(crews: int) -> list[range]:
    """Return the numbers of so many crews in as few parts of equal size as schemes may hold."""
    count = -(-crews // MOST_CREWS)
    bounds = [crews * number // count for number in range(count + 1)]
    return [range(first, beyond) for first, beyond in pairwise(bounds)]


def draw(*, agents: int, days: int, faults: Faults, seed: int, stops: int = STOPS_PER_CREW) -> Plan:
    """Return the plan of this seed. Raises ValueError for an odd number of agents, fewer than 4, or no day."""
    if agents % CREW or agents < 2 * CREW or days < 1:
        raise ValueError(f"an even number of agents from 4 and a day expected, got {agents} and {days}")
    rng = Random(f"{seed}/{agents}/{days}/{faults}")  # noqa: S311  # a simulation, not a secret
    weather, slow = _weather(faults)
    if faults is Faults.NONE:
        calm = tuple(AgentPlan(number, rng.randrange(2**32)) for number in range(agents))
        return Plan(seed, faults, weather, slow, calm, tuple(DayPlan() for _ in range(days)), stops)
    crew = tuple(_agents(rng, agents=agents, days=days, faults=faults))
    return Plan(seed, faults, weather, slow, crew, tuple(_days(rng, crew, days=days, faults=faults)), stops)


def _weather(faults: Faults) -> tuple[Weather, Weather]:
    match faults:
        case Faults.NONE:
            return CLEAR, CLEAR
        case Faults.LIGHT:
            return Weather(cut=0.1), Weather(cut=0.02, delay_s=0.1, bytes_per_s=25_000.0)
        case Faults.HEAVY:
            return HEAVY, SIXTEEN_TIMES_2G


def _agents(rng: Random, *, agents: int, days: int, faults: Faults) -> Iterator[AgentPlan]:
    share = 0.2 if faults is Faults.HEAVY else 0.08
    order = rng.sample(range(agents), agents)
    few, one = max(1, round(agents * share)), max(1, agents // 20)
    away, slow, skewed = order[:one], order[one : one + max(1, few // 2)], order[-few:]
    frail = rng.choice([number for number in range(0, agents, CREW) if number not in away])
    for number in range(agents):
        sign = rng.choice((-1, 1))
        yield AgentPlan(
            number=number,
            seed=rng.randrange(2**32),
            clock_error_days=sign * rng.randint(1, CLOCK_ERROR_DAYS) if number in skewed else 0,
            is_slow=number in slow,
            is_away=number in away,
            dies_writing=tuple(
                rng.randint(1, 5) if number == frail else _death(rng, share=2 * share, within=40) for _ in range(days)
            ),
            dies_sending=tuple(_death(rng, share=2 * share, within=60) for _ in range(days)),
        )


def _death(rng: Random, *, share: float, within: int) -> int:
    moment = rng.randint(1, within)
    return moment if rng.random() < share else 0


def _days(rng: Random, agents: tuple[AgentPlan, ...], *, days: int, faults: Faults) -> Iterator[DayPlan]:
    within = max(parts(len(agents) // CREW), key=len)  # crews change places within their scheme
    backup_day = min(BACKUP_DAY, days)
    present = [one.number for one in agents if not one.is_away]
    leaders = [number for number in present if number % CREW == 0]
    # Somebody who leads a crew stays to play the tricks on.
    lost_day, lost = rng.randint(1, days), rng.choice([number for number in present if leaders != [number]])
    for day in range(1, days + 1):
        is_heavy = faults is Faults.HEAVY
        a, b = rng.sample(within, 2)
        kills = rng.randint(1, len(present) // 2), rng.randint(1, len(present) // 2)
        honest = [number for number in present if number != lost and number % CREW == 0]
        tricks = [(rng.choice(honest), trick) for trick in Trick]
        yield DayPlan(
            kill_after=kills if is_heavy else (0, 0),
            swap=(a, b) if is_heavy or day == 1 else None,
            is_backed_up=is_heavy and day == backup_day,
            is_restored=is_heavy and day == backup_day,
            lost=lost if is_heavy and day == lost_day else None,
            tricks=tuple(tricks) if is_heavy else (),
        )
