"""A certificate made at start, and the authority that vouches for it."""

import ssl
from collections.abc import Iterable
from dataclasses import dataclass

import trustme

# `mock` is the service's name in docker-compose.yml.
NAMES = ("127.0.0.1", "::1", "localhost", "mock")


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """The key pair of the service, and in `ca_pem` what its clients need to trust."""

    ca_pem: bytes
    leaf: trustme.LeafCert

    def server_context(self, alpn_protocols: Iterable[str]) -> ssl.SSLContext:
        """The server's side of TLS with this certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.leaf.configure_cert(context)
        context.set_alpn_protocols(list(alpn_protocols))
        return context


def issue(*further_names: str) -> Certificate:
    """A certificate for NAMES and `further_names`, by an authority that nobody keeps."""
    authority = trustme.CA(organization_name="swarmgate mock service")
    leaf = authority.issue_cert(*dict.fromkeys((*NAMES, *further_names)))
    return Certificate(ca_pem=authority.cert_pem.bytes(), leaf=leaf)
