"""Whom the arms trust: TLS is verified by both."""

import ssl
from pathlib import Path

import pytest
import trustme
from geventhttpclient.connectionpool import SSLConnectionPool

from locustfiles.plan_user import PlanUser
from tests.locustfiles.in_locust.exchange import ITEM, both_arms, failures, sent
from tests.locustfiles.in_locust.scripted_server import scripted_server


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """The only authority that the clients trust."""
    authority = trustme.CA()
    trust = str(tmp_path / "ca.pem")
    authority.cert_pem.write_to_path(trust)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", trust)
    # geventhttpclient reads SSL_CERT_FILE once, as it is imported.
    monkeypatch.setitem(SSLConnectionPool.default_options, "ca_certs", trust)
    return authority


def served_with(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


@both_arms
def test_a_certificate_for_the_host_by_a_trusted_authority_is_accepted(
    arm: type[PlanUser], authority: trustme.CA
) -> None:
    with scripted_server(tls=served_with(authority.issue_cert("127.0.0.1"))) as server:
        events = sent(arm, [ITEM], server.url)
    assert failures(events) == [False]


@both_arms
@pytest.mark.parametrize("fault", ["another host", "another authority"])
def test_any_other_certificate_fails_and_nothing_is_sent(
    arm: type[PlanUser], authority: trustme.CA, fault: str
) -> None:
    issuer = trustme.CA() if fault == "another authority" else authority
    certificate = issuer.issue_cert("another.example" if fault == "another host" else "127.0.0.1")
    with scripted_server(tls=served_with(certificate)) as server:
        events = sent(arm, [ITEM], server.url)
    assert failures(events) == [True]
    assert "certificate verify failed" in str(events[0]["exception"])
    assert server.heard == []
