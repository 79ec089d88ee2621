"""Log filters: the request id on every line, and a last net that masks what looks like personal data.

The first net is never to pass such values to a logger at all.
"""

import logging
import re
from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="-")

# A NIK has 16 digits, a KPJ 11 characters that are mostly digits; an email has an at sign between words.
_LOOKS_PERSONAL = re.compile(
    r"(?<![0-9A-Za-z-])(?:\d{16}|(?=\w*\d{6})[0-9A-Z]{11}|[\w.+-]+@[\w-]+\.[\w.-]+|(?:\+62|0)8\d{7,11})(?![0-9A-Za-z-])"
)
# After its message PostgreSQL repeats the whole row or statement, names and amounts included; also within a repr.
_DATABASE_TELLS = re.compile(
    r"(\n|\\n)(?:DETAIL|LINE \d+|CONTEXT|QUERY|HINT):.*?(?=\n\n(?:The above exception|During handling)|\Z)", re.DOTALL
)


def mask(text: str) -> str:
    return _LOOKS_PERSONAL.sub("[masked]", _DATABASE_TELLS.sub(r"\1[masked]", text))


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
