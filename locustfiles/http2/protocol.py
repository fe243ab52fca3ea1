"""The client's side of the protocol as `h2` speaks it: what is told to the server, and what is checked."""

from __future__ import annotations

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.settings import SettingCodes, Settings

from locustfiles.http2.codecs import RememberingDecoder, RememberingEncoder

STREAM_WINDOW_BYTES = 2**24
CONNECTION_WINDOW_BYTES = 2**30
ACKNOWLEDGE_BYTES = 2**20
"""Windows so large, and opened again so early, that the server never waits for this client."""
MAX_FRAME_BYTES = 2**14
HEADER_TABLE_BYTES = 4096
"""No more of the server's table is used, however large it is: the encoder searches it entry by entry."""
SETTINGS = {
    SettingCodes.ENABLE_PUSH: 0,
    SettingCodes.INITIAL_WINDOW_SIZE: STREAM_WINDOW_BYTES,
    SettingCodes.MAX_FRAME_SIZE: MAX_FRAME_BYTES,
    SettingCodes.HEADER_TABLE_SIZE: HEADER_TABLE_BYTES,
}
CONFIGURATION = H2Configuration(
    client_side=True,
    # The requests are our own and valid; what comes back is checked.
    validate_outbound_headers=False,
    normalize_outbound_headers=False,
)


def new_protocol() -> H2Connection:
    """The state of a new connection, without any input or output."""
    protocol = H2Connection(CONFIGURATION)
    protocol.local_settings = Settings(client=True, initial_values=SETTINGS)
    protocol.encoder = RememberingEncoder()
    protocol.decoder = RememberingDecoder(H2Connection.DEFAULT_MAX_HEADER_LIST_SIZE)
    return protocol
