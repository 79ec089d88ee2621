"""A private PostgreSQL and Valkey out of wheels (or the system's), for demo and tests."""

from demo.embedded.postgres import Postgres
from demo.embedded.process import ServiceError
from demo.embedded.valkey import Valkey

__all__ = ["Postgres", "ServiceError", "Valkey"]
