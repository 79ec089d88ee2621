"""One form of line, in UTC, one line an event; the request id on each; a last net that masks what looks personal.

The first net is never to pass such values to a logger at all.
"""

import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime

request_id: ContextVar[str] = ContextVar("request_id", default="-")

# A NIK has 16 digits, a KPJ 11 characters that are mostly digits; an email has an at sign between words.
_LOOKS_PERSONAL = re.compile(
    r"(?<![0-9A-Za-z-])(?:\d{16}|(?=\w*\d{6})[0-9A-Z]{11}|[\w.+-]+@[\w-]+\.[\w.-]+|(?:\+62|0)8\d{7,11})(?![0-9A-Za-z-])"
)
# The secret of a link from a mail or a paper: Django logs the path of a refused or broken request.
_SECRET_LINK = re.compile(r"(/(?:bukan-saya|berhenti|alamat-baru|lanjut|batal-hapus|periksa)/)[^/\s'\"]{8,}")
# After its message PostgreSQL repeats the whole row or statement, names and amounts included; also within a repr.
_DATABASE_TELLS = re.compile(
    r"(\n|\\n)(?:DETAIL|LINE \d+|CONTEXT|QUERY|HINT):.*?(?=\n\n(?:The above exception|During handling)|\Z)", re.DOTALL
)


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def mask(text: str) -> str:
    text = _SECRET_LINK.sub(r"\1[masked]", _DATABASE_TELLS.sub(r"\1[masked]", text))
    return _LOOKS_PERSONAL.sub("[masked]", text)


class RequestIdFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True


class MaskFilter(logging.Filter):
    """Renders the message once and masks it; a traceback is masked too, its text kept on the record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = mask(record.getMessage()), None
        if record.exc_info and not record.exc_text:
            record.exc_text = mask(logging.Formatter().formatException(record.exc_info))
        return True


class LineFormatter(logging.Formatter):
    """`2026-11-22T06:54:17.039Z INFO jht.mail [3f9a01bc] words`. What came from outside cannot begin a line of its own:
    control characters are written as escapes, and each line of a traceback begins with a bar."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        told = getattr(record, "request_id", "-")
        lines = [f"{at} {record.levelname} {record.name} [{told}] {_escaped(record.getMessage())}"]
        if record.exc_info and not record.exc_text:
            record.exc_text = self.formatException(record.exc_info)
        if record.exc_text:
            lines += [f"| {_escaped(line)}" for line in record.exc_text.splitlines()]
        return "\n".join(lines)


def _escaped(text: str) -> str:
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
