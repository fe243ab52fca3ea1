"""What may go wrong: one base, and for each cause a class of its own.

    Http2Error
    ├── OpenError           no connection: nobody there, no trust, no answer in time
    │   └── NotOffered      a connection, but the server does not speak HTTP/2 on it
    ├── ConnectionLost      the connection ended before the answer did
    ├── NotProcessed        the server says (GOAWAY) that it has not touched the request
    └── StreamReset         the server gave up this one request

Messages name no stream, so that equal failures read alike and can be counted together.
"""

from __future__ import annotations

from h2.errors import ErrorCodes


class Http2Error(Exception):
    """There is no answer."""


class OpenError(Http2Error):
    """No connection could be opened."""


class NotOffered(OpenError):  # noqa: N818  # reads as what happened
    """The server did not agree to HTTP/2."""


class ConnectionLost(Http2Error):  # noqa: N818
    """The connection ended in mid-answer."""


class NotProcessed(Http2Error):  # noqa: N818
    """The server refused the request by GOAWAY. It is not sent a second time: one request is one row."""


class StreamReset(Http2Error):  # noqa: N818
    """The server ended the stream of this request by RST_STREAM."""


def again(error: Http2Error) -> Http2Error:
    """The same error anew: raised by several greenlets, one would gather the tracebacks of all."""
    return type(error)(*error.args)


def code_name(code: ErrorCodes | int | None) -> str:
    """An error code in the words of RFC 9113, section 7."""
    if code is None:
        return "no reason given"
    return ErrorCodes(code).name if code in set(ErrorCodes) else f"error {code:#x}"
