"""Rate limit and brake, on a real Valkey shared by threads and processes, and without one.

Time passes when a test says so: how long the machine takes decides nothing.
"""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import redis

from providers import brake, errors
from providers.brake import KEYS, Gate, LocalLimiter, Outcome, Rules, Ticket, outcome_of
from providers.client import SnapProvider
from providers.errors import HeldBack, Wire
from providers.port import Priority
from tests.plugins.processes import RedisServer
from tests.providers.conftest import Build
from tests.providers.upstream import KPJ, REF, Answer, Upstream, balance, refusal

RULES = Rules(per_second=10_000, failures=3, cool_down=300, refused_cool_down=600, memory=5000, lease=400)
NOT_LONG = 5  # seconds; a Redis that is gone would keep us much longer


@pytest.fixture(scope="module")
def shared_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def url(shared_redis: RedisServer) -> str:
    with redis.Redis.from_url(shared_redis.url) as client:
        client.flushall()
    return shared_redis.url


class Time:
    """What the local limiter reads; what the shared one has kept moves into the past instead."""

    def __init__(self, url: str) -> None:
        self._url, self._now = url, 1000.0

    def __call__(self) -> float:
        return self._now

    def goes_on(self, seconds: float) -> None:
        self._now += seconds
        if self._url:
            with redis.Redis.from_url(self._url) as client:
                client.hincrby(KEYS[0], "until", round(-seconds * 1000))


@pytest.fixture(params=["shared", "local"])
def time_(request: pytest.FixtureRequest) -> Time:
    return Time(request.getfixturevalue("url") if request.param == "shared" else "")


@pytest.fixture
def gate_of(time_: Time, monkeypatch: pytest.MonkeyPatch) -> Callable[[Rules], Gate]:
    """Both limiters keep the same rules."""
    monkeypatch.setattr(brake, "REDIS_SECONDS", 30)  # a slow answer is no dead Redis here
    return lambda rules: Gate(rules=rules, redis_url=time_._url, clock=time_)


def pull(gate: Gate, times: int = 3) -> None:
    for _ in range(times):
        gate.settle(gate.admit("member"), Outcome.FAILED)


def is_open(gate: Gate) -> bool:
    try:
        gate.settle(gate.admit("member"), Outcome.OK)
    except HeldBack:
        return True
    return False


def admissions(gate: Gate, priority: Priority) -> int:
    """How many in a row until the bucket says no."""
    for admitted in range(50):
        try:
            gate.admit(priority)
        except HeldBack:
            return admitted
    raise AssertionError("no limit")


def test_failures_in_a_row_open_the_brake_and_a_good_probe_closes_it(
    gate_of: Callable[[Rules], Gate], time_: Time
) -> None:
    gate = gate_of(RULES)
    pull(gate)
    with pytest.raises(HeldBack) as caught:
        gate.admit("member")
    assert timedelta(0) < caught.value.wait <= timedelta(seconds=300)
    time_.goes_on(301)
    probe = gate.admit("member")
    with pytest.raises(HeldBack):
        gate.admit("member")  # only one probe at a time
    gate.settle(probe, Outcome.OK)
    assert not is_open(gate)
    pull(gate, times=2)
    assert not is_open(gate)  # the count began anew


@pytest.mark.asvs("V16.3.4")
def test_an_opened_brake_is_one_line_in_the_log(
    gate_of: Callable[[Rules], Gate], caplog: pytest.LogCaptureFixture
) -> None:
    gate = gate_of(RULES)
    pull(gate, times=2)
    assert "provider_brake_opened" not in caplog.text
    pull(gate, times=1)
    assert caplog.messages.count("provider_brake_opened outcome=failed") == 1


def test_a_failed_probe_opens_it_again(gate_of: Callable[[Rules], Gate], time_: Time) -> None:
    gate = gate_of(RULES)
    pull(gate)
    time_.goes_on(301)
    gate.settle(gate.admit("member"), Outcome.FAILED)
    assert is_open(gate)


def test_a_success_in_between_starts_the_count_anew(gate_of: Callable[[Rules], Gate]) -> None:
    gate = gate_of(RULES)
    for _ in range(4):
        pull(gate, times=2)
        gate.settle(gate.admit("member"), Outcome.OK)
    assert not is_open(gate)


def test_the_lease_frees_the_probe_of_a_dead_worker(gate_of: Callable[[Rules], Gate], time_: Time) -> None:
    gate = gate_of(RULES)
    pull(gate)
    time_.goes_on(301)
    lost = gate.admit("member")
    with pytest.raises(HeldBack):
        gate.admit("member")
    time_.goes_on(401)
    second = gate.admit("member")
    gate.settle(lost, Outcome.OK)  # late, and no longer its turn
    with pytest.raises(HeldBack):
        gate.admit("member")
    gate.settle(second, Outcome.OK)
    assert not is_open(gate)


def test_refused_keys_open_it_at_once_and_for_longer(gate_of: Callable[[Rules], Gate]) -> None:
    gate = gate_of(RULES)
    gate.settle(gate.admit("member"), Outcome.REFUSED)
    with pytest.raises(HeldBack) as caught:
        gate.admit("member")
    assert caught.value.wait > timedelta(seconds=300)


def test_a_late_failure_does_not_lengthen_an_open_brake(gate_of: Callable[[Rules], Gate], time_: Time) -> None:
    gate = gate_of(RULES)
    late = gate.admit("member")
    pull(gate)
    time_.goes_on(200)
    gate.settle(late, Outcome.FAILED)
    time_.goes_on(101)
    assert not is_open(gate)


def test_the_sweep_leaves_a_reserve_for_members(gate_of: Callable[[Rules], Gate]) -> None:
    gate = gate_of(Rules(per_second=10, sweep_reserve=0.3))
    started = time.monotonic()
    swept = admissions(gate, "sweep")
    assert 7 <= swept <= 8 + 10 * (time.monotonic() - started)  # of ten; some came back meanwhile
    for _ in range(2):
        gate.admit("member")


def test_the_smallest_rate_still_lets_a_sweep_through(gate_of: Callable[[Rules], Gate]) -> None:
    gate_of(Rules(per_second=0.5)).admit("sweep")


def test_the_bucket_is_never_exceeded_by_eight_threads(time_: Time) -> None:
    rules = Rules(per_second=40)
    gate = Gate(rules=rules, redis_url=time_._url)
    refilled, enough = list[int](), rules.capacity + 0.4 * rules.per_second
    started = time.monotonic()

    def hammer(_: int) -> int:
        admitted = 0
        while time.monotonic() - started < (1 if len(refilled) > enough else 30):
            try:
                gate.admit("member")
                admitted += 1
                refilled.append(1)
            except HeldBack as held:
                time.sleep(min(held.wait.total_seconds(), 0.02))
        return admitted

    with ThreadPoolExecutor(8) as threads:
        total = sum(threads.map(hammer, range(8)))
    spent = time.monotonic() - started
    assert enough < total <= rules.capacity + rules.per_second * spent + 1


PROBER = """
import sys, time
from concurrent.futures import ThreadPoolExecutor
from providers.brake import Gate, Rules
from providers.errors import HeldBack
url, start = sys.argv[1], float(sys.argv[2])
gate = Gate(rules=Rules(per_second=10000, failures=3, cool_down=300, lease=400), redis_url=url)
def probe(_):
    time.sleep(max(0, start - time.time()))
    try:
        return gate.admit("member") and 1
    except HeldBack:
        return 0
with ThreadPoolExecutor(4) as threads:
    print(sum(threads.map(probe, range(4))))
"""


def test_of_two_processes_with_four_threads_each_exactly_one_probes(url: str) -> None:
    pull(Gate(rules=RULES, redis_url=url))
    Time(url).goes_on(301)
    start = str(time.time() + 3)
    argv = [sys.executable, "-c", PROBER, url, start]
    processes = [subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    counts = [int(process.communicate(timeout=120)[0]) for process in processes]
    assert sum(counts) == 1


def test_of_eight_threads_exactly_one_probes(gate_of: Callable[[Rules], Gate], time_: Time) -> None:
    gate = gate_of(RULES)
    pull(gate)
    time_.goes_on(301)
    barrier = threading.Barrier(8)

    def probe(_: int) -> bool:
        barrier.wait()
        try:
            return bool(gate.admit("member"))
        except HeldBack:
            return False

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(probe, range(8))) == 1


@pytest.mark.parametrize("trouble", ["stop", "freeze"])
def test_without_redis_a_process_limits_itself_and_never_waits_long(redis_server: RedisServer, trouble: str) -> None:
    gate = Gate(rules=Rules(per_second=20), redis_url=redis_server.url, clock=lambda: 1000.0)
    gate.settle(gate.admit("member"), Outcome.OK)
    getattr(redis_server, trouble)()
    started = time.monotonic()
    ticket = gate.admit("member")
    gate.settle(ticket, Outcome.OK)
    assert isinstance(ticket.given_by, LocalLimiter)
    assert admissions(gate, "member") == 9  # half the agreed rate, less the one above
    assert time.monotonic() - started < NOT_LONG


@pytest.mark.parametrize("trouble", ["stop", "freeze"])
def test_a_ticket_from_a_redis_that_is_gone_settles_without_harm(redis_server: RedisServer, trouble: str) -> None:
    gate = Gate(rules=RULES, redis_url=redis_server.url)
    ticket: Ticket = gate.admit("member")
    getattr(redis_server, trouble)()
    started = time.monotonic()
    gate.settle(ticket, Outcome.FAILED)
    assert time.monotonic() - started < NOT_LONG


def test_redis_is_used_again_after_a_while(redis_server: RedisServer) -> None:
    now = [1000.0]
    gate = Gate(rules=RULES, redis_url=redis_server.url, clock=lambda: now[0])
    redis_server.stop()
    assert isinstance(gate.admit("member").given_by, LocalLimiter)
    redis_server.start()
    assert isinstance(gate.admit("member").given_by, LocalLimiter)  # left alone for now
    now[0] += 6
    assert not isinstance(gate.admit("member").given_by, LocalLimiter)


def test_the_keys_hold_nothing_of_a_member(url: str, upstream: Upstream, build: Build) -> None:
    client = build(upstream.url, gate=Gate(rules=RULES, redis_url=url))
    upstream.queue("11", balance(), refusal(500, "11", "00"))
    client.fetch_balance(kpj=KPJ, member_ref=REF)
    with pytest.raises(errors.Unavailable):
        client.fetch_balance(kpj=KPJ, member_ref=REF)
    with redis.Redis.from_url(url, decode_responses=True) as raw:
        everything = {name: raw.hgetall(name) for name in raw.scan_iter()}
        assert all(raw.pttl(name) > 0 for name in everything)
    assert set(everything) == {"{provider}:brake", "{provider}:bucket"}
    assert KPJ not in str(everything)
    assert REF not in str(everything)


def braked(upstream: Upstream, build: Build) -> SnapProvider:
    return build(upstream.url, gate=Gate(rules=RULES))


@pytest.mark.parametrize(
    ("answer", "opens"),
    [
        (Answer(500), True),
        (Answer(503, headers={"Retry-After": "60"}), True),
        (refusal(504, "11", "00"), True),
        (Answer(raw=b"", close=True), True),
        (refusal(404, "11", "11"), False),
        (refusal(403, "11", "07"), False),
        (refusal(429, "11", "00"), False),
        (Answer(200, b"not json"), False),
        (refusal(400, "11", "01"), False),
    ],
)
def test_only_a_failing_channel_pulls_the_brake(upstream: Upstream, build: Build, answer: Answer, opens: bool) -> None:
    client = braked(upstream, build)
    upstream.queue("11", *[answer] * 4)
    raised = [type(_ask(client)) for _ in range(4)]
    assert (raised[3] is HeldBack) == opens
    assert upstream.count("11") == (3 if opens else 4)


def test_refused_keys_stop_everybody_after_one_call(upstream: Upstream, build: Build) -> None:
    client = braked(upstream, build)
    upstream.queue("73", refusal(401, "73", "00"))
    assert isinstance(_ask(client), errors.AuthFailed)
    assert isinstance(_ask(client), HeldBack)
    assert len(upstream.asked) == 1


def test_an_outcome_is_told_by_the_error_and_its_status() -> None:
    assert outcome_of(errors.Maintenance(wire=Wire(status=403))) is Outcome.OK
    assert outcome_of(errors.Maintenance(wire=Wire(status=503))) is Outcome.FAILED
    assert outcome_of(errors.Unavailable()) is Outcome.FAILED
    assert outcome_of(errors.AuthFailed()) is Outcome.REFUSED


def test_a_rate_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="PROVIDER_MAX_PER_SECOND"):
        Rules(per_second=0)


def _ask(client: SnapProvider) -> errors.ProviderError:
    with pytest.raises(errors.ProviderError) as caught:
        client.fetch_balance(kpj=KPJ, member_ref=REF)
    return caught.value
