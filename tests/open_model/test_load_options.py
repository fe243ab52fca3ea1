"""The arguments that choose the load, checked before any of it."""

from pathlib import Path

import pytest

from locustfiles.options import OptionError, settings
from tests.locustfiles.arguments import KNOWN_ARMS, parsed, parser

STEADY = '[[stage]]\nname = "s"\nkind = "steady"\n'


def test_the_closed_model_with_20_users_at_work_is_the_default() -> None:
    found = parsed()
    assert (found.load.model, found.load.stages, found.users) == ("closed", (), 20)
    assert found.load.words(found.users) == "20 users at work"


def test_a_rate_is_the_open_model_with_one_steady_stage() -> None:
    found = parsed("--arrival-rate", "20", "--requests", "150")
    (stage,) = found.load.stages
    assert (found.load.model, found.load.process, found.requests) == ("open", "constant", 150)
    assert (stage.rate_rps, stage.duration_s, stage.requests, stage.judged) == ((20, 20), 7.5, 150, True)
    assert found.load.words(found.users) == "20 requests/s (constant)"
    assert (
        parsed("--arrival-rate", "0.5", "--arrivals", "poisson").load.words(1) == "0.5 requests/s (poisson)"
    )


@pytest.mark.parametrize(("rate", "requests"), [("1", 100), ("20", 100), ("20.1", 101), ("200", 1000)])
def test_a_block_has_five_seconds_of_arrivals_and_at_least_100(rate: str, requests: int) -> None:
    assert parsed("--arrival-rate", rate).requests == requests


@pytest.mark.parametrize(
    ("arguments", "in_flight"),
    [
        (("--arrival-rate", "20"), 200),
        (("--arrival-rate", "20", "--request-timeout", "0.5"), 20),
        (("--arrival-rate", "12.34"), 124),
        (("--arrival-rate", "5000"), 1000),
        (("--arrival-rate", "20", "-u", "1500"), 1500),
        (("--arrival-rate", "20", "--in-flight", "7"), 7),
    ],
)
def test_as_many_may_be_in_flight_as_the_timeout_can_keep_there(
    arguments: tuple[str, ...], in_flight: int
) -> None:
    assert parsed(*arguments).users == in_flight


def test_a_profile_says_the_model_the_requests_and_whether_there_is_a_lead_in(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text(STEADY + "duration_s = 3\nrate = 40\n")
    found = parsed("--load-profile", str(path))
    assert (found.load.model, found.requests, found.users, found.lead_in) == ("open", 120, 400, 1)
    assert found.load.words(found.users) == "1 stage to 40 requests/s (constant)"
    path.write_text(
        '[[stage]]\nname="w"\nkind="warm-up"\nrequests=5\nusers=9\n' + STEADY + "requests=30\nusers=4"
    )
    found = parsed("--load-profile", str(path))
    assert (found.load.model, found.requests, found.users, found.lead_in) == ("closed", 30, 20, 0)
    assert found.load.words(found.users) == "2 stages to 9 users"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--arrival-rate", "fast"), "--arrival-rate fast: expected a finite number of requests per second"),
        (("--arrival-rate", "0"), "--arrival-rate 0: expected"),
        (("--arrival-rate", "-3"), "--arrival-rate -3: expected"),
        (("--arrival-rate", "inf"), "--arrival-rate inf: expected"),
        (("--arrival-rate", "nan"), "--arrival-rate nan: expected"),
        (("--arrival-rate", "5", "--load-profile", "x"), "--arrival-rate and --load-profile: both"),
        (("--load-profile", "x", "--requests", "9"), "--requests 9: the stages of a profile say how many"),
        (
            ("--arrival-rate", "5", "--in-flight", "0"),
            "--in-flight 0: expected a whole number from 1 to 10000",
        ),
        (("--arrival-rate", "5", "--in-flight", "10001"), "--in-flight 10001: expected"),
        (("--arrival-rate", "5", "--in-flight", "many"), "--in-flight many: expected"),
        (
            ("--arrival-rate", "5000", "--in-flight", "4"),
            "expected --in-flight of at least 5, or a lower rate",
        ),
        (("--arrival-rate", "300000"), "1,500,000 requests in a block; expected at most 1,000,000"),
        (
            ("--in-flight", "5"),
            "--in-flight 5: expected together with --arrival-rate or a profile with rates",
        ),
        (("--arrivals", "poisson"), "--arrivals poisson: expected together with --arrival-rate"),
    ],
)
def test_what_cannot_be_played_is_refused(arguments: tuple[str, ...], told: str) -> None:
    with pytest.raises(OptionError) as refused:
        parsed(*arguments)
    assert told in str(refused.value)


def test_locusts_own_profile_is_not_taken_for_ours() -> None:
    options = parser().parse_args([])
    options.profile = "soak.toml"
    with pytest.raises(OptionError, match=r"--profile: .*--load-profile FILE chooses the load"):
        settings(options, known_arms=KNOWN_ARMS)
