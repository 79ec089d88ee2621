"""What the operator brings (proxy, TLS, log host) comes with a configuration of ours, held to its promises as text."""

import re
from pathlib import Path

import pytest

from demo.embedded.postgres import PRIVACY

DOCS = Path(__file__).resolve().parents[2] / "docs"
NGINX = (DOCS / "nginx.conf").read_text()
INSTALL = (DOCS / "install.md").read_text()
RSYSLOG = (DOCS / "rsyslog.conf").read_text()
SITE = NGINX.split("listen 443 ssl http2;", 1)[1]


def directive(name: str, text: str = SITE) -> list[str]:
    return [one.strip() for one in re.findall(rf"^\s*{name}\s+([^;]+);", text, re.MULTILINE)]


@pytest.mark.asvs("V12.1.1", "V12.1.2", "V11.6.2")
def test_only_modern_tls_with_forward_secrecy() -> None:
    assert directive("ssl_protocols") == ["TLSv1.2 TLSv1.3"]
    assert directive("ssl_ciphers") == ["ECDHE+AESGCM:ECDHE+CHACHA20"]
    assert directive("ssl_session_tickets") == ["off"]


@pytest.mark.asvs("V12.2.1", "V12.2.2", "V11.6.1", "V4.1.2")
def test_plain_http_leads_to_https_and_the_certificate_is_a_public_authoritys() -> None:
    assert "return 308 https://portal.example$request_uri;" in NGINX
    assert "location /sms/ { return 403; }" in NGINX.split("listen 443", 1)[0]
    assert directive("ssl_certificate")[0].startswith("/etc/letsencrypt/live/")
    assert "ssl_reject_handshake on;" in NGINX
    assert "Any ACME client will do for the certificate" in INSTALL


@pytest.mark.asvs("V4.1.3", "V15.3.4")
def test_the_proxy_overwrites_every_header_that_tells_who_asks() -> None:
    told = dict(line.split(None, 1) for line in directive("proxy_set_header"))
    assert told == {
        "Host": "$host", "X-Real-IP": "$remote_addr", "X-Forwarded-Proto": "https", "X-Forwarded-For": '""',
        "X-Forwarded-Host": '""', "Forwarded": '""', "Connection": '""',
    }  # fmt: skip
    assert "TRUSTED_IP_HEADER=X-Real-IP" in INSTALL


@pytest.mark.asvs("V16.2.2")
def test_the_clock_is_kept_by_ntp() -> None:
    machine = INSTALL.split("## 1. The machine", 1)[1].split("\n## ", 1)[0]
    assert re.search(r"clock must be kept by NTP: `timedatectl` says `System clock synchronized: yes`", machine)


@pytest.mark.asvs("V12.3.3", "V13.2.5", "V14.2.2")
def test_the_proxy_talks_to_the_portal_on_the_same_machine_only() -> None:
    assert set(directive("proxy_pass")) == {"http://jht_portal"}
    assert directive("server", NGINX.split("upstream jht_portal", 1)[1].split("}", 1)[0]) == ["127.0.0.1:8000"]
    assert "--host 127.0.0.1 --port 8000" in INSTALL
    for banned in ("proxy_cache ", "autoindex", "resolver ", "alias "):
        assert banned not in NGINX


@pytest.mark.asvs("V5.2.1", "V2.4.1")
def test_bodies_end_and_floods_are_slowed_at_the_proxy_too() -> None:
    assert directive("client_max_body_size")[0] == "64k"
    assert directive("limit_req_status") == ["429"]
    assert len(directive("limit_req")) >= 2


@pytest.mark.asvs("V16.2.5", "V14.2.1")
def test_the_proxys_log_holds_no_query() -> None:
    assert directive("access_log") == ["/var/log/nginx/jht-portal.log without_query"]
    form = NGINX.split("log_format without_query", 1)[1].split(";", 1)[0]
    assert not re.search(r"request_uri|args|referer|\$request\b|cookie", form)


@pytest.mark.asvs("V16.4.3")
def test_lines_leave_the_machine_over_tls_to_a_host_that_proves_itself() -> None:
    for word in ('StreamDriver="gtls"', 'StreamDriverMode="1"', 'StreamDriverAuthMode="x509/name"', 'protocol="tcp"',
                 'StreamDriverPermittedPeers="logs.example"', 'queue.filename="jht-portal"'):  # fmt: skip
        assert word in RSYSLOG
    assert "rsyslog.conf" in (DOCS / "operations.md").read_text() + INSTALL


@pytest.mark.asvs("V13.3.1", "V13.3.2", "V13.2.1")
def test_secrets_lie_in_files_that_only_the_portal_reads() -> None:
    keys = INSTALL.split("## 3. Keys", 1)[1].split("## 4.", 1)[0]
    assert "install -d -m 0750 -o root -g jht-portal" in keys
    assert "chmod 0640" in keys
    plain = re.findall(
        r"^(SECRET_KEY|FIELD_KEYS|INDEX_KEY|DATABASE_URL|REDIS_URL|EMAIL_URL|PROVIDER_CLIENT_SECRET)=", keys, re.M
    )
    assert plain == [], "a secret in the environment file"
    assert len(re.findall(r"^\w+_FILE=/etc/jht-portal/secrets/", keys, re.M)) == 8


@pytest.mark.asvs("V13.2.2")
def test_the_services_run_as_nobody_special_and_write_nowhere() -> None:
    for line in (
        "User=jht-portal",
        "NoNewPrivileges=yes",
        "CapabilityBoundingSet=",
        "ProtectSystem=strict",
        "UMask=0077",
    ):
        assert f"\n{line}\n" in INSTALL
    assert "The code stays root's" in INSTALL


@pytest.mark.asvs("V12.3.1")
def test_what_leaves_the_machine_is_told_to_use_tls() -> None:
    rules = (DOCS / "security" / "rules.md").read_text()
    for word in ("sslmode=verify-full", "rediss://", "smtp+tls"):
        assert word in rules
    assert "smtp+tls://" in INSTALL
    assert "PROVIDER_BASE_URL=https://" in INSTALL
    assert PRIVACY["log_parameter_max_length"] in ("0", 0)
