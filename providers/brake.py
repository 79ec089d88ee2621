"""May we call the upstream now? One rate limit and one brake for all workers, kept in Redis by two scripts.

The brake opens after several failures in a row (or at once when our keys are refused), then lets one leased probe
through at a time. The sweep leaves a reserve in the bucket for members who wait. Without Redis each process limits
itself at a share of the rate; asking never blocks longer than a quarter second and never raises anything but HeldBack.
"""

import logging
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum
from http import HTTPStatus
from typing import Final, Protocol

import redis

from providers.errors import AuthFailed, HeldBack, ProviderError, Unavailable
from providers.port import Priority

logger = logging.getLogger(__name__)

REDIS_SECONDS: Final = 0.25
REDIS_PAUSE_SECONDS: Final = 5.0  # how long a dead Redis is left alone, so that not every call pays for it
FALLBACK_SHARE: Final = 0.5  # of the rate, so that two worker processes without Redis keep it together
KEYS: Final = ("{provider}:brake", "{provider}:bucket")  # one slot in a cluster; nothing personal

# ARGV rate/s, capacity, need, token, lease ms -> {admitted, wait ms}
_ADMIT: Final = """
local t = redis.call('TIME'); local now = t[1] * 1000 + math.floor(t[2] / 1000)
local rate, capacity, need = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local open_until = tonumber(redis.call('HGET', KEYS[1], 'until'))
if open_until and now < open_until then return {0, open_until - now} end
local bucket = redis.call('HMGET', KEYS[2], 'level', 'at')
local level, at = tonumber(bucket[1]) or capacity, tonumber(bucket[2]) or now
level = math.min(capacity, level + math.max(0, now - at) * rate / 1000)
local admitted, wait = 0, 0
if level >= need then level = level - 1; admitted = 1 else wait = math.ceil((need - level) * 1000 / rate) end
redis.call('HSET', KEYS[2], 'level', level, 'at', now)
redis.call('PEXPIRE', KEYS[2], math.ceil(capacity * 1000 / rate) + 1000)
if admitted == 1 and open_until then
  redis.call('HSET', KEYS[1], 'owner', ARGV[4], 'until', now + ARGV[5])
end
return {admitted, wait}
"""

# ARGV outcome, token, threshold, cool-down ms, memory ms -> 1 when this opened the brake
_SETTLE: Final = """
local t = redis.call('TIME'); local now = t[1] * 1000 + math.floor(t[2] / 1000)
local brake = redis.call('HMGET', KEYS[1], 'until', 'owner')
if brake[1] and brake[2] ~= ARGV[2] then return 0 end
if ARGV[1] == 'ok' then redis.call('DEL', KEYS[1]); return 0 end
local failures = redis.call('HINCRBY', KEYS[1], 'failures', 1)
redis.call('PEXPIRE', KEYS[1], ARGV[5])
if ARGV[1] == 'failed' and not brake[1] and failures < tonumber(ARGV[3]) then return 0 end
redis.call('HSET', KEYS[1], 'until', now + ARGV[4], 'owner', '')
redis.call('PEXPIRE', KEYS[1], ARGV[5] + ARGV[4])
return 1
"""


class Outcome(Enum):
    OK = "ok"  # the channel works, whatever it answered
    FAILED = "failed"  # transport errors and 5xx
    REFUSED = "refused"  # our keys; opens the brake at once


def outcome_of(error: ProviderError) -> Outcome:
    if isinstance(error, AuthFailed):
        return Outcome.REFUSED
    server_error = (error.upstream_status or 0) >= HTTPStatus.INTERNAL_SERVER_ERROR
    return Outcome.FAILED if server_error or isinstance(error, Unavailable) else Outcome.OK


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """All durations in seconds."""

    per_second: float
    failures: int = 5
    cool_down: float = 20.0
    refused_cool_down: float = 60.0
    memory: float = 60.0  # failures further apart than this do not add up
    lease: float = 10.0  # longer than one call's deadline; frees the probe of a dead worker
    sweep_reserve: float = 0.3  # share of the bucket kept for members

    def __post_init__(self) -> None:
        if self.per_second <= 0:
            raise ValueError("PROVIDER_MAX_PER_SECOND must be above zero")

    @property
    def capacity(self) -> float:
        return max(2.0, self.per_second)

    def need(self, priority: Priority) -> float:
        """The level at which a caller is let through; each takes one."""
        return 1.0 if priority == "member" else 1.0 + self.sweep_reserve * self.capacity


@dataclass(frozen=True, slots=True)
class Ticket:
    """Permission for one call; to be settled where it was given."""

    token: str
    given_by: "Limiter"


class Limiter(Protocol):
    def admit(self, token: str, priority: Priority) -> float:
        """Seconds to wait; 0 when admitted."""

    def settle(self, token: str, outcome: Outcome) -> bool:
        """True when this opened the brake."""


class SharedLimiter:
    """Both scripts on one Redis. Raises redis.RedisError."""

    def __init__(self, *, client: redis.Redis, rules: Rules) -> None:
        self._rules = rules
        self._admit, self._settle = client.register_script(_ADMIT), client.register_script(_SETTLE)

    def admit(self, token: str, priority: Priority) -> float:
        rules = self._rules
        lease = round(rules.lease * 1000)
        admitted, wait = self._admit(KEYS, [rules.per_second, rules.capacity, rules.need(priority), token, lease])
        return 0.0 if admitted else max(1, int(wait)) / 1000

    def settle(self, token: str, outcome: Outcome) -> bool:
        rules = self._rules
        times = [round(_cool_down(rules, outcome) * 1000), round(rules.memory * 1000)]
        return bool(self._settle(KEYS, [outcome.value, token, rules.failures, *times]))


class LocalLimiter:
    """The same rules in this process's memory."""

    def __init__(self, *, rules: Rules, clock: Callable[[], float] = time.monotonic) -> None:
        self._rules, self._clock, self._lock = rules, clock, threading.Lock()
        self._level, self._at = rules.capacity, clock()
        self._open_until: float | None = None
        self._owner, self._failures, self._failed_at = "", 0, float("-inf")

    def admit(self, token: str, priority: Priority) -> float:
        with self._lock:
            now = self._clock()
            if self._open_until is not None and now < self._open_until:
                return self._open_until - now
            wait = self._take(now, self._rules.need(priority))
            if not wait and self._open_until is not None:
                self._owner, self._open_until = token, now + self._rules.lease
            return wait

    def settle(self, token: str, outcome: Outcome) -> bool:
        with self._lock:
            if self._open_until is not None and self._owner != token:
                return False
            if outcome is Outcome.OK:
                self._close()
                return False
            return self._count(outcome)

    def _take(self, now: float, need: float) -> float:
        self._level = min(self._rules.capacity, self._level + (now - self._at) * self._rules.per_second)
        self._at = now
        if self._level < need:
            return (need - self._level) / self._rules.per_second
        self._level -= 1
        return 0.0

    def _count(self, outcome: Outcome) -> bool:
        now = self._clock()
        self._failures = self._failures + 1 if now - self._failed_at < self._rules.memory else 1
        self._failed_at = now
        if outcome is Outcome.FAILED and self._open_until is None and self._failures < self._rules.failures:
            return False
        self._open_until, self._owner = now + _cool_down(self._rules, outcome), ""
        return True

    def _close(self) -> None:
        self._open_until, self._owner, self._failures = None, "", 0


def _cool_down(rules: Rules, outcome: Outcome) -> float:
    return rules.refused_cool_down if outcome is Outcome.REFUSED else rules.cool_down


class Gate:
    """What callers use: the shared limiter while Redis answers, else the local one. Thread-safe; one per process."""

    def __init__(self, *, rules: Rules, redis_url: str = "", clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._redis_back_at = clock, 0.0
        self._shared = SharedLimiter(client=_client(redis_url), rules=rules) if redis_url else None
        self._local = LocalLimiter(rules=_alone(rules) if redis_url else rules, clock=clock)

    def admit(self, priority: Priority) -> Ticket:
        """Raises HeldBack with the wait; then no call may be made."""
        token = secrets.token_hex(8)
        limiter, wait = self._ask(token, priority)
        if wait:
            raise HeldBack(timedelta(seconds=wait))
        return Ticket(token, limiter)

    def settle(self, ticket: Ticket, outcome: Outcome) -> None:
        try:
            opened = ticket.given_by.settle(ticket.token, outcome)
        except redis.RedisError:
            self._leave_redis_alone()
            return
        if opened:
            logger.error("provider_brake_opened outcome=%s", outcome.value)

    def _ask(self, token: str, priority: Priority) -> tuple[Limiter, float]:
        if self._shared is not None and self._clock() >= self._redis_back_at:
            try:
                return self._shared, self._shared.admit(token, priority)
            except redis.RedisError:
                self._leave_redis_alone()
        return self._local, self._local.admit(token, priority)

    def _leave_redis_alone(self) -> None:
        self._redis_back_at = self._clock() + REDIS_PAUSE_SECONDS
        logger.warning("provider_limits_local seconds=%d", REDIS_PAUSE_SECONDS)


def _alone(rules: Rules) -> Rules:
    return replace(rules, per_second=rules.per_second * FALLBACK_SHARE)


def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS)
