import statistics

import pytest

from mock_service.service_time import ServiceTime


def service_time(*, sigma: float = 0.0, factor: float = 1.0, seed: int = 1) -> ServiceTime:
    return ServiceTime(
        median_ms={"/a": 30, "/b": 0}, body_ms_per_kb=2, jitter_sigma=sigma, factor=factor, seed=seed
    )


@pytest.mark.parametrize(
    ("route", "body_bytes", "factor", "expected_ms"),
    [
        ("/a", 0, 1, 30),
        ("/a", 10_000, 1, 50),
        ("/b", 10_000, 1, 20),
        ("/a", 10_000, 0.5, 25),
        ("/a", 10_000, 0, 0),
    ],
)
def test_without_jitter_it_is_the_routes_own_time_plus_the_bodys_times_the_factor(
    route: str, body_bytes: int, factor: float, expected_ms: float
) -> None:
    assert service_time(factor=factor).draw_s(route, body_bytes) == pytest.approx(expected_ms / 1000)


@pytest.mark.parametrize("route", ["/c", None])
def test_what_has_no_route_takes_no_time(route: str | None) -> None:
    assert service_time().draw_s(route, 10_000) == 0


def test_jitter_is_lognormal_around_the_median() -> None:
    times = service_time(sigma=0.2)
    drawn_ms = [times.draw_s("/a", 0) * 1000 for _ in range(20_000)]
    assert statistics.median(drawn_ms) == pytest.approx(30, rel=0.01)
    # 84.13 % of a normal lie below one sigma.
    share_below = sum(drawn < 30 * 2.718281828**0.2 for drawn in drawn_ms) / len(drawn_ms)
    assert share_below == pytest.approx(0.8413, abs=0.01)


def test_the_seed_decides_the_sequence() -> None:
    first, same, other = (service_time(sigma=0.2, seed=seed) for seed in (1, 1, 2))
    drawn = [[times.draw_s("/a", 0) for _ in range(5)] for times in (first, same, other)]
    assert drawn[0] == drawn[1] != drawn[2]
