"""HPACK with a memory says what HPACK without one says, whatever happened to the tables."""

from hpack import Decoder, Encoder
from hypothesis import given
from hypothesis import strategies as st

from locustfiles.http2.codecs import REMEMBERED, RememberingDecoder, RememberingEncoder

LIMIT_BYTES = 2**16
names = st.sampled_from([b":path", b"content-length", b"accept-encoding", b"x-one", b"x-two"])
values = st.sampled_from([b"", b"gzip", b"/items/7", b"/items/8", b"v" * 50])
headers = st.lists(st.tuples(names, values), max_size=5)
sizes_bytes = st.sampled_from([0, 40, 100, 300, 4096])


@given(st.lists(st.one_of(headers, sizes_bytes), max_size=40))
def test_what_it_encodes_is_read_by_others_through_every_change_of_the_tables_size(
    steps: list[list[tuple[bytes, bytes]] | int],
) -> None:
    encoder, others = RememberingEncoder(), Decoder(LIMIT_BYTES)
    for step in steps:
        if isinstance(step, int):
            encoder.header_table_size = others.max_allowed_table_size = step
        else:
            block = encoder.encode(step)
            assert [tuple(header) for header in others.decode(block, raw=True)] == step


@given(st.lists(st.one_of(headers, sizes_bytes), max_size=40))
def test_what_others_encode_is_read_right_through_every_change_of_the_tables_size(
    steps: list[list[tuple[bytes, bytes]] | int],
) -> None:
    others, decoder = Encoder(), RememberingDecoder(LIMIT_BYTES)
    decoder.max_allowed_table_size = 4096
    told = 4096
    for step in steps:
        if isinstance(step, int):
            if step != told:  # see RememberingEncoder.header_table_size
                others.header_table_size = told = step
        else:
            block = others.encode(step)
            assert [tuple(header) for header in decoder.decode(block, raw=True)] == step


def test_equal_headers_are_one_short_block_once_the_table_knows_them() -> None:
    encoder = RememberingEncoder()
    asked = [(b":method", b"GET"), (b":authority", b"127.0.0.1:8443"), (b"accept-encoding", b"gzip")]
    first, second = encoder.encode(asked), encoder.encode(asked)
    assert len(second) == 3 < len(first)
    assert encoder.encode(asked) is second


def test_paths_and_lengths_leave_the_table_to_headers_that_come_again() -> None:
    encoder = RememberingEncoder()
    for number in range(1000):
        encoder.encode([(b":path", b"/items/%d" % number), (b"content-length", b"%d" % number)])
    assert len(encoder.header_table.dynamic_entries) == 0


def test_the_memory_is_bounded() -> None:
    encoder, decoder = RememberingEncoder(), RememberingDecoder(LIMIT_BYTES)
    for number in range(2 * REMEMBERED):
        decoder.decode(encoder.encode([(b":path", b"/%d" % number)]), raw=True)
    assert len(encoder._blocks) <= REMEMBERED
    assert len(decoder._headers) <= REMEMBERED
