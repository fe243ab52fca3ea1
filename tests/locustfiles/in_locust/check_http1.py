"""What is read from a connection, however it is cut into pieces."""

import gzip
import zlib
from collections.abc import Iterable

import pytest
from geventhttpclient.response import HTTPParseError

from locustfiles.http1 import Response

PLAIN = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Empty:\r\n\r\nhello"
PACKED = gzip.compress(b"hello")
GZIP = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(PACKED) + PACKED


def read(pieces: Iterable[bytes], method: str = "GET") -> Response:
    response = Response(method)
    for piece in pieces:
        response.feed(piece)
    return response


@pytest.mark.parametrize("answer", [PLAIN, GZIP])
def test_an_answer_may_come_byte_by_byte(answer: bytes) -> None:
    response = read(answer[place : place + 1] for place in range(len(answer)))
    assert (response.complete, response.reusable, response.status_code) == (True, True, 200)
    assert (response.content(), response.protocol) == (b"hello", "HTTP/1.1")


def test_an_answer_is_not_complete_before_its_end() -> None:
    assert not read([PLAIN[:-1]]).complete
    assert not read([PLAIN[:-5]]).complete


def test_interim_answers_are_passed_over() -> None:
    interim = b"HTTP/1.1 103 Early Hints\r\nContent-Encoding: gzip\r\n\r\n"
    for pieces in ([interim, PLAIN], [interim + PLAIN], [interim]):
        response = read(pieces)
        assert response.complete == (pieces != [interim])
    assert read([interim, interim, PLAIN]).content() == b"hello"


def test_an_answer_to_head_has_no_body_and_one_that_comes_costs_the_connection() -> None:
    head, body = PLAIN[:-5], PLAIN[-5:]
    for pieces, reusable in (([head], True), ([head + body], False), ([head, body], False)):
        response = read(pieces, "HEAD")
        assert (response.complete, response.content(), response.reusable) == (True, b"", reusable)


def test_a_second_answer_that_nobody_asked_for_costs_the_connection() -> None:
    response = read([GZIP + PLAIN.replace(b"200", b"404").replace(b"hello", b"other")])
    assert (response.status_code, response.content(), response.reusable) == (200, b"hello", False)


@pytest.mark.parametrize("surplus", [b"more", b"garbage\r\n\r\n", b"0\r\n\r\n"])
def test_what_comes_after_an_answer_costs_the_connection_and_not_the_answer(surplus: bytes) -> None:
    for pieces in ([PLAIN + surplus], [PLAIN, surplus]):
        response = read(pieces)
        assert (response.complete, response.content(), response.reusable) == (True, b"hello", False)
    empty = read([b"HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\n" + surplus])
    assert (empty.complete, empty.status_code, empty.content(), empty.reusable) == (True, 204, b"", False)


def test_a_connection_that_is_announced_to_close_is_not_used_again() -> None:
    assert not read([PLAIN.replace(b"X-Empty:", b"Connection: close")]).reusable
    assert not read([PLAIN.replace(b"HTTP/1.1", b"HTTP/1.0")]).reusable


def test_a_body_without_a_length_ends_with_the_connection() -> None:
    response = read([b"HTTP/1.1 200 OK\r\n\r\nhel", b"lo"])
    assert not response.complete
    response.feed(b"")
    assert (response.complete, response.content(), response.reusable) == (True, b"hello", False)


@pytest.mark.parametrize("pieces", [[b"hello"], [PLAIN[:-1], b""]])
def test_what_is_no_whole_answer_is_an_error(pieces: list[bytes]) -> None:
    with pytest.raises(HTTPParseError):
        read(pieces)


def test_a_body_that_is_not_what_it_says_is_an_error() -> None:
    with pytest.raises(zlib.error):
        read([PLAIN.replace(b"X-Empty:", b"Content-Encoding: gzip")]).content()


@pytest.mark.parametrize("coding", [b"gzip", b"GZIP", b"x-gzip"])
def test_gzip_goes_by_two_names_in_whatever_case(coding: bytes) -> None:
    assert read([GZIP.replace(b"Encoding: gzip", b"Encoding: " + coding)]).content() == b"hello"


@pytest.mark.parametrize(
    ("method", "head"),
    [
        ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 25"),
        ("GET", b"HTTP/1.1 200 OK\r\nContent-Length: 0"),
        ("GET", b"HTTP/1.1 204 No Content"),
        ("GET", b"HTTP/1.1 304 Not Modified"),
    ],
)
def test_an_answer_without_a_body_has_nothing_to_decode(method: str, head: bytes) -> None:
    response = read([head + b"\r\nContent-Encoding: gzip\r\n\r\n"], method)
    assert (response.complete, response.content(), response.reusable) == (True, b"", True)
