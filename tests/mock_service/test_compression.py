import asyncio
import gzip

import pytest
from starlette.responses import Response, StreamingResponse
from starlette.types import ASGIApp, Message

from mock_service.compression import Compression, accepts_gzip

LARGE = b"swarm" * 400
SMALL = b"swarm"


@pytest.mark.parametrize(
    ("header", "allowed"),
    [
        ("gzip", True),
        ("gzip, deflate, br", True),
        ("br;q=1.0, gzip;q=0.5", True),
        ("GZIP", True),
        ("*", True),
        ("identity;q=0.5, *;q=0.1", True),
        ("", False),
        ("identity", False),
        ("br, deflate", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("*;q=0", False),
        ("*, gzip;q=0", False),
        ("gzip;q=x", False),
        ("x-not-gzip", False),
    ],
)
def test_gzip_is_allowed_when_the_header_says_so(header: str, allowed: bool) -> None:
    assert accepts_gzip(header) is allowed


def answer(app: ASGIApp, *accept_encoding: str) -> tuple[dict[str, str], bytes]:
    """Headers and body that an app sends to a client with these Accept-Encoding headers."""
    sent: list[Message] = []

    async def receive() -> Message:
        raise AssertionError("no app here reads a request")

    async def send(message: Message) -> None:
        sent.append(message)

    async def call() -> None:
        headers = [(b"accept-encoding", value.encode()) for value in accept_encoding]
        scope = {"type": "http", "method": "GET", "path": "/", "headers": headers}
        await app(scope | {"asgi": {"spec_version": "2.4"}}, receive, send)

    asyncio.run(call())
    assert sent[0]["type"] == "http.response.start"
    names = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return names, b"".join(message.get("body", b"") for message in sent[1:])


def app(body: bytes, **headers: str) -> Compression:
    return Compression(Response(body, headers=headers), level=6, minimum_bytes=500)


def test_a_large_body_is_compressed_for_who_accepts_it() -> None:
    headers, body = answer(app(LARGE), "gzip, deflate")
    assert gzip.decompress(body) == LARGE
    assert headers["content-encoding"] == "gzip"
    assert headers["vary"] == "Accept-Encoding"
    assert int(headers["content-length"]) == len(body) < len(LARGE)


@pytest.mark.parametrize("accept_encoding", [(), ("identity",), ("gzip;q=0",)])
def test_for_others_it_is_not_but_varies_all_the_same(accept_encoding: tuple[str, ...]) -> None:
    headers, body = answer(app(LARGE), *accept_encoding)
    assert body == LARGE
    assert "content-encoding" not in headers
    assert headers["vary"] == "Accept-Encoding"
    assert int(headers["content-length"]) == len(LARGE)


def test_a_small_body_is_the_same_for_everyone_and_does_not_vary() -> None:
    headers, body = answer(app(SMALL), "gzip")
    assert body == SMALL
    assert not headers.keys() & {"content-encoding", "vary"}


def test_a_vary_header_of_the_app_is_kept() -> None:
    headers, _ = answer(app(LARGE, vary="Origin"), "gzip")
    assert headers["vary"] == "Origin, Accept-Encoding"


def test_several_header_lines_count_as_one_list() -> None:
    headers, _ = answer(app(LARGE), "br", "gzip")
    assert headers["content-encoding"] == "gzip"


def test_a_streamed_body_passes_unchanged() -> None:
    stream = Compression(StreamingResponse(iter([LARGE, SMALL])), level=6, minimum_bytes=500)
    headers, body = answer(stream, "gzip")
    assert body == LARGE + SMALL
    assert "content-encoding" not in headers


def test_the_same_body_has_the_same_compressed_bytes() -> None:
    assert answer(app(LARGE), "gzip") == answer(app(bytes(LARGE)), "gzip")
