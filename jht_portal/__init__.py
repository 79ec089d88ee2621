"""Wiring only: settings, addresses, Celery, middleware, health. It may import the apps; they never import it."""

from jht_portal.celery import app as celery_app

__all__ = ["celery_app"]
