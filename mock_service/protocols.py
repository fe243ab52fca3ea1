"""HTTP/2 beside HTTP/1.1 on one port: every connection has the protocol that its TLS handshake agreed on.

uvicorn's own choice between the two (`http2=True`) would put HTTP/1.1 on another parser as well. Here it
stays on the one that serves it when there is no HTTP/2, so that neither its bytes nor its cost change.
"""

import asyncio
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.http.zttp_h2_impl import ZttpH2Protocol


class AgreedProtocol(asyncio.Protocol):
    """Hands a connection to HTTP/2 if the client asked for it by ALPN, else to HTTP/1.1."""

    alpn_protocols: ClassVar[list[str]] = ["h2", "http/1.1"]

    def __init__(self, **state: Any) -> None:
        self._state = state

    def connection_made(  # type: ignore[override]  # TCP has no other transports
        self, transport: asyncio.Transport
    ) -> None:
        """Called once the TLS handshake is done."""
        tls = transport.get_extra_info("ssl_object")
        http2 = tls is not None and tls.selected_alpn_protocol() == "h2"
        protocol = (ZttpH2Protocol if http2 else HttpToolsProtocol)(**self._state)
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
