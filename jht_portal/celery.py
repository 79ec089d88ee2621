"""The Celery application. Celery is only the bell: the rows in PostgreSQL say what is to be done (ADR 3)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jht_portal.settings")

app = Celery("jht_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
