"""Rate limits: a client that asks too often waits, others do not, and no address is stored."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import redis
from flask import Flask

from registry.core.settings import Settings, TrustedProxies
from registry.http.limits import MemoryLimiter, RedisLimiter
from tests.redis_server import redis_server


def test_a_bucket_empties_and_fills_again() -> None:
    elapsed = [0.0]
    limiter = MemoryLimiter(rate=3, seconds=lambda: elapsed[0])
    assert [limiter.take("192.0.2.1").remaining for _ in range(4)] == [2, 1, 0, -1]
    refused = limiter.take("192.0.2.1")
    assert (refused.is_refused, refused.next_in, refused.full_in) == (True, 20, 60)
    assert limiter.take("192.0.2.2").remaining == 2
    elapsed[0] += 20
    assert limiter.take("192.0.2.1").remaining == 0
    elapsed[0] += 3600
    assert limiter.take("192.0.2.1").remaining == 2


def test_memory_is_bounded_and_those_who_ask_most_are_remembered() -> None:
    limiter = MemoryLimiter(rate=5, most_clients=100)
    for number in range(1000):
        limiter.take("192.0.2.1")
        limiter.take(f"198.51.100.{number}")
    assert len(limiter) == 100
    assert limiter.take("192.0.2.1").is_refused


def test_buckets_hold_no_address() -> None:
    limiter = MemoryLimiter(rate=5)
    limiter.take("192.0.2.77")
    assert "192.0.2.77" not in repr(vars(limiter))


def test_too_many_requests_are_refused_with_the_time_to_wait(
    settings: Settings, make_app: Callable[[Settings], Flask]
) -> None:
    client = make_app(replace(settings, rate=2)).test_client()
    first, second, third = (client.get("/api/v1/nothing") for _ in range(3))
    assert [answer.status_code for answer in (first, second, third)] == [404, 404, 429]
    assert first.headers["RateLimit-Policy"] == '"minute";q=2;w=60'
    left = [answer.headers["RateLimit"] for answer in (first, second, third)]
    assert left == ['"minute";r=1;t=30', '"minute";r=0;t=60', '"minute";r=0;t=60']
    assert third.headers["Retry-After"] == "30"
    assert third.json["code"] == "too_many_requests"
    assert third.mimetype == "application/problem+json"
    assert client.get("/health").status_code == 200


@pytest.mark.parametrize(
    ("trusted", "status"), [(TrustedProxies(), 429), (TrustedProxies(hops=1), 404)], ids=["ignored", "believed"]
)
def test_a_client_cannot_choose_its_address_unless_a_proxy_is_trusted(
    settings: Settings, make_app: Callable[[Settings], Flask], trusted: TrustedProxies, status: int
) -> None:
    client = make_app(replace(settings, rate=1, trusted_proxies=trusted)).test_client()
    client.get("/api/v1/nothing", headers={"X-Forwarded-For": "192.0.2.1"})
    assert client.get("/api/v1/nothing", headers={"X-Forwarded-For": "192.0.2.2"}).status_code == status


def test_processes_share_their_count_in_redis_and_no_address_stands_there() -> None:
    with redis_server() as server:
        here, there = RedisLimiter(server.url, rate=3), RedisLimiter(server.url, rate=3)
        assert [limiter.take("192.0.2.77").remaining for limiter in (here, there, here, there)] == [2, 1, 0, -1]
        assert here.take("192.0.2.78").remaining == 2
        with redis.Redis.from_url(server.url) as connection:
            keys = connection.keys("*")
            assert len(keys) == 3
            assert not any(b"192.0.2" in key for key in keys)
            assert all(0 < connection.ttl(key) <= 61 for key in keys if key != RedisLimiter.KEY.encode())


def test_a_bucket_may_fill_in_a_day_in_memory_and_in_redis() -> None:
    day = 86_400.0
    with redis_server() as server:
        for limiter in (MemoryLimiter(rate=600), RedisLimiter(server.url, rate=600)):
            quotas = [limiter.take("mails 192.0.2.77", 2, day) for _ in range(3)]
            assert [quota.remaining for quota in quotas] == [1, 0, -1]
            assert 43_100 < quotas[-1].next_in <= 43_200
        with redis.Redis.from_url(server.url) as connection:
            assert max(connection.ttl(key) for key in connection.keys("*")) > 86_000


def test_without_redis_each_process_counts_alone_and_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RedisLimiter, "PAUSE", 0.0)
    with redis_server() as server:
        limiter = RedisLimiter(server.url, rate=2)
        assert limiter.take("192.0.2.1").remaining == 1
        server.stop()
        assert [limiter.take("192.0.2.1").remaining for _ in range(3)] == [1, 0, -1]
        with redis_server(int(server.url.rsplit(":", 1)[1].split("/")[0])):
            assert limiter.take("192.0.2.1").remaining == 1
