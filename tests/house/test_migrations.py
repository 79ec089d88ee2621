"""Models and migrations agree, and every migration can be taken back."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def test_no_model_change_is_without_its_migration(db: None) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("app", ["balances", "accounts"])
def test_the_last_migration_can_be_taken_back_and_done_again(app: str) -> None:
    executor = MigrationExecutor(connection)
    last = executor.loader.graph.leaf_nodes(app)[0]
    names = sorted(name for label, name in executor.loader.disk_migrations if label == app)
    before = (app, names[-2]) if len(names) > 1 else (app, None)
    try:
        executor.migrate([before])
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())
    assert last in MigrationExecutor(connection).loader.applied_migrations
