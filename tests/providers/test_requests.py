"""Connections, tokens and what a request looks like on the wire."""

import threading
import time

import pytest

from providers import errors
from providers.client import SnapProvider
from providers.port import BalanceAnswer
from tests.providers.conftest import Build
from tests.providers.upstream import KPJ, REF, Answer, Upstream, balance, token


def ask(client: SnapProvider) -> BalanceAnswer:
    return client.fetch_balance(kpj=KPJ, member_ref=REF)


def test_a_connection_is_reused(upstream: Upstream, client: SnapProvider) -> None:
    upstream.queue("11", *[balance()] * 3)
    for _ in range(3):
        ask(client)
    assert upstream.count("73") == 1
    assert upstream.connections == 1


def test_a_reused_connection_closed_before_an_answer_is_unavailable_and_not_sent_again(
    upstream: Upstream, client: SnapProvider
) -> None:
    upstream.queue("11", balance(), Answer(raw=b"", close=True), balance())
    ask(client)
    with pytest.raises(errors.Unavailable):
        ask(client)
    assert upstream.count("11") == 2
    assert ask(client).amount is not None


def test_a_connection_the_upstream_closed_while_idle_is_replaced(upstream: Upstream, client: SnapProvider) -> None:
    answer = Answer(body=balance().body, close=True)  # closes without saying so
    upstream.queue("11", answer, answer)
    ask(client)
    time.sleep(0.1)
    assert ask(client).amount is not None


def test_a_short_token_is_used_for_half_its_life(
    upstream: Upstream, client: SnapProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr("providers.tokens.time.monotonic", lambda: now[0])
    upstream.queue("73", token("a", "20"), token("b", "900"), token("c", "900"))
    upstream.queue("11", *[balance()] * 4)
    used = []
    for step in (9, 2, 838, 3):
        ask(client)
        used.append(upstream.asked[-1].headers["Authorization"])
        now[0] += step
    assert used == ["Bearer a", "Bearer a", "Bearer b", "Bearer b"]
    now[0] += 1
    upstream.queue("11", balance())
    ask(client)
    assert upstream.asked[-1].headers["Authorization"] == "Bearer c"


def test_eight_threads_fetch_one_token(upstream: Upstream, client: SnapProvider) -> None:
    upstream.queue("11", *[balance()] * 8)
    threads = [threading.Thread(target=ask, args=(client,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (upstream.count("73"), upstream.count("11")) == (1, 8)


def test_a_request_is_what_the_contract_wants(upstream: Upstream, client: SnapProvider) -> None:
    upstream.queue("11", balance())
    ask(client)
    asked_token, asked = upstream.asked
    headers = asked.headers
    assert headers["Accept-Encoding"] == asked_token.headers["Accept-Encoding"] == "identity"
    assert headers["Content-Type"] == "application/json"
    assert "Transfer-Encoding" not in headers
    assert headers["X-EXTERNAL-ID"].isdecimal()
    assert len(headers["X-EXTERNAL-ID"]) <= 36
    assert len(headers["X-TIMESTAMP"]) == 25
    assert headers["X-TIMESTAMP"].endswith("+07:00")
    assert (headers["X-PARTNER-ID"], headers["CHANNEL-ID"]) == ("PARTNER1", "95221")
    assert KPJ not in asked.target
    assert b" " not in asked.body
    assert asked.fields["accountNo"] == KPJ


def test_proxies_of_the_environment_are_not_used(
    upstream: Upstream, client: SnapProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    upstream.queue("11", balance())
    assert ask(client).amount is not None


@pytest.mark.asvs("V1.3.6")
@pytest.mark.parametrize(
    "url",
    [
        "http://upstream.example",
        "http://10.0.0.1:8001",
        "http://localhost.example/",
        "ftp://localhost/",
        "https://user:secret@upstream.example/",
        "https://upstream.example/?x=1",
        "",
    ],
)
def test_an_unsafe_base_address_is_refused(build: Build, url: str) -> None:
    with pytest.raises(ValueError, match="PROVIDER_BASE_URL"):
        build(url)
