"""The private servers, as tests and demo use them."""


def test_database_is_postgres(db):
    from django.db import connection

    with connection.cursor() as c:
        c.execute("select version()")
        assert "PostgreSQL" in c.fetchone()[0]


def test_redis(redis_server):
    import redis

    assert redis.Redis.from_url(redis_server.url).ping()


def test_worker(worker):
    w = worker()
    w.stop()
