"""Bytes cut into frames, however they arrive."""

from hyperframe.frame import DataFrame, Frame, GoAwayFrame, HeadersFrame, PingFrame
from hypothesis import given
from hypothesis import strategies as st

from locustfiles.http2.frames import FrameReader, GoAway

LIMIT_BYTES = 100
frames = st.one_of(
    st.builds(DataFrame, st.just(1), st.binary(max_size=LIMIT_BYTES)),
    st.builds(HeadersFrame, st.just(3), st.binary(max_size=LIMIT_BYTES)),
    st.builds(PingFrame, st.just(0), st.binary(min_size=8, max_size=8)),
    st.builds(
        GoAwayFrame,
        st.just(0),
        last_stream_id=st.integers(0, 2**31 - 1),
        error_code=st.integers(0, 2**32 - 1),
        additional_data=st.binary(max_size=20),
    ),
)


def expected(sent: list[Frame]) -> list[bytes | GoAway]:
    return [
        GoAway(last_stream_id=frame.last_stream_id, error_code=frame.error_code)
        if isinstance(frame, GoAwayFrame)
        else frame.serialize()
        for frame in sent
    ]


def joined(runs: list[bytes | GoAway]) -> list[bytes | GoAway]:
    """The same with neighbouring bytes put together."""
    together: list[bytes | GoAway] = []
    for run in runs:
        if isinstance(run, bytes) and together and isinstance(together[-1], bytes):
            together[-1] += run
        else:
            together.append(run)
    return together


@given(st.lists(frames, max_size=8), st.lists(st.integers(1, 60), min_size=1, max_size=30))
def test_frames_come_out_whole_and_in_order_however_the_bytes_arrive(
    sent: list[Frame], sizes: list[int]
) -> None:
    reader, data, found = FrameReader(limit_bytes=LIMIT_BYTES), b"".join(f.serialize() for f in sent), []
    while data:
        for size in sizes:
            found += list(reader.feed(data[:size]))
            data = data[size:]
    assert joined(found) == joined(expected(sent))


def test_a_frame_above_the_limit_is_passed_on_for_others_to_refuse() -> None:
    data = DataFrame(1, bytes(LIMIT_BYTES + 1)).serialize()
    assert list(FrameReader(limit_bytes=LIMIT_BYTES).feed(data[:20])) == [data[:20]]


def test_a_goaway_too_short_to_be_one_is_passed_on() -> None:
    data = b"\x00\x00\x04\x07\x00\x00\x00\x00\x00none"
    assert list(FrameReader(limit_bytes=LIMIT_BYTES).feed(data)) == [data]
