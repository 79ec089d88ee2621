"""Decides what an HTTP answer is: a document to read, or one error of contract table 3.4 (3.7, Status).

The HTTP status rules. 5xx and 429 count by it alone; other answers must agree with it in their responseCode.
"""

import email.utils
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from http import HTTPStatus
from typing import Final

from providers import errors
from providers.errors import BadAnswer, ProviderError, Wire
from providers.reader import Document, parse

JAKARTA: Final = timezone(timedelta(hours=7), "WIB")  # no daylight saving since 1964, so a fixed offset is exact
LONGEST_WAIT: Final = timedelta(days=1)
_SUCCESS, _OUR_FAULT, _THEIR_FAULT = 2, 4, 5
_RESPONSE_CODE: Final = re.compile(r"([0-9]{3})([0-9A-Z]{2})([0-9]{2})")
_JSON_TYPE: Final = re.compile(r"application/([a-z0-9.+-]+\+)?json", re.IGNORECASE)

# status, case -> error; a third element limits it to one service code.
_BY_CASE: Final[dict[tuple[int, str] | tuple[int, str, str], type[ProviderError]]] = {
    (400, "00"): errors.InvalidRequest,
    (400, "01"): errors.InvalidRequest,
    (400, "02"): errors.InvalidRequest,
    (401, "00"): errors.AuthFailed,
    (401, "01"): errors.TokenExpired,
    (401, "03"): errors.TokenExpired,
    (403, "03"): errors.Blocked,
    (403, "04"): errors.RateLimited,
    (403, "05"): errors.Blocked,
    (403, "06"): errors.Maintenance,
    (403, "07"): errors.Blocked,
    (403, "01", "J5"): errors.NoContact,
    (403, "11", "J6"): errors.CodeBlocked,
    (403, "18", "11"): errors.Merged,
    (404, "11"): errors.NotFound,
    (404, "15", "J6"): errors.CodeExpired,
    (404, "16"): errors.LinkExpired,
    (404, "18"): errors.Mismatch,
    (409, "00"): errors.Duplicate,
    (409, "01"): errors.Duplicate,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """One HTTP answer as it arrived. `body` is empty where the status alone decides."""

    status: int
    content_type: str
    content_encoding: str
    retry_after: str
    body: bytes


def timestamp(now: datetime) -> str:
    """X-TIMESTAMP in the portal's form: 25 characters, Jakarta."""
    return now.astimezone(JAKARTA).isoformat(timespec="seconds")


def body_matters(status: int) -> bool:
    group = status // 100
    return group == _SUCCESS or (group == _OUR_FAULT and status != HTTPStatus.TOO_MANY_REQUESTS)


def judge(reply: Reply, *, service: str, now: datetime) -> Document:
    """The document of a 200; raises what table 3.4 says for everything else. `service` is the operation asked."""
    if not body_matters(reply.status):
        raise _by_status_alone(reply, now)
    document = _document(reply)
    code = _response_code(document, reply.status)
    if reply.status == HTTPStatus.OK:
        return document
    wire = Wire(
        status=reply.status,
        response_code=code,
        reference_no=document.reference("referenceNo") or "",
        retry_after=read_retry_after(reply.retry_after, now=now),
    )
    raise _by_code(wire, service, now)


def _by_status_alone(reply: Reply, now: datetime) -> ProviderError:
    wait = read_retry_after(reply.retry_after, now=now)
    wire = Wire(status=reply.status, retry_after=wait)
    if reply.status == HTTPStatus.TOO_MANY_REQUESTS:
        return errors.RateLimited(wire=wire)
    if reply.status == HTTPStatus.SERVICE_UNAVAILABLE and wait is not None:
        return errors.Maintenance(wire=wire)
    if reply.status // 100 == _THEIR_FAULT:
        return errors.Unavailable(wire=wire)
    return BadAnswer("a redirect or a status nobody may send", wire=wire)


def _document(reply: Reply) -> Document:
    if reply.content_encoding.lower() not in ("", "identity"):
        raise BadAnswer("compressed although not asked", wire=Wire(status=reply.status))
    if reply.content_type and not _JSON_TYPE.fullmatch(reply.content_type.partition(";")[0].strip()):
        raise BadAnswer("not declared as JSON", wire=Wire(status=reply.status))
    return parse(reply.body)


def _response_code(document: Document, status: int) -> str:
    code = document.matching("responseCode", _RESPONSE_CODE)
    if code is None or not code.startswith(str(status)):
        raise BadAnswer("responseCode contradicts the HTTP status", wire=Wire(status=status))
    return code


def _by_code(wire: Wire, service: str, now: datetime) -> ProviderError:
    status, case = wire.status or 0, wire.response_code[-2:]
    if status == HTTPStatus.ACCEPTED:
        return errors.Unavailable("accepted but not answered", wire=wire)
    if status // 100 == _SUCCESS:
        return BadAnswer("a success we do not know", wire=wire)
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        return errors.InvalidRequest(wire=wire)
    kind = _BY_CASE.get((status, case, service)) or _BY_CASE.get((status, case))
    if kind is None:
        return errors.InvalidRequest("an answer the contract does not list", wire=wire)
    if kind is errors.RateLimited and wire.retry_after is None:
        return kind("daily count", wire=replace(wire, retry_after=_until_midnight(now)))
    return kind(wire=wire)


def _until_midnight(now: datetime) -> timedelta:
    local = now.astimezone(JAKARTA)
    return local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1) - local


def read_retry_after(value: str, *, now: datetime) -> timedelta | None:
    """Seconds or an HTTP date, never negative, at most a day; None where there is none we can read."""
    value = value.strip()
    if re.fullmatch(r"[0-9]{1,9}", value):
        return min(timedelta(seconds=int(value)), LONGEST_WAIT)
    try:
        moment = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(moment - now, timedelta(0)), LONGEST_WAIT)
