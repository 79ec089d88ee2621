"""The settings without the masking of log lines, for tests that look whether anything personal is logged at all."""

from jht_portal.settings import *  # noqa: F403
from jht_portal.settings import LOGGING

LOGGING["handlers"]["stderr"]["filters"].remove("mask")  # type: ignore[index]
