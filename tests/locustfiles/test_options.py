"""The arguments of a comparison, checked before any load."""

from collections.abc import Sequence

import pytest

from locustfiles.attribution import OPTIMIZATIONS
from locustfiles.options import OptionError, Settings, checked_host, settings
from tests.locustfiles.arguments import ARMS, KNOWN_ARMS, parsed, parser


def attributed(*arguments: str) -> Settings:
    """The checked settings of an attribution, where all of its arms are known."""
    return settings(
        parser().parse_args(["--attribute", *arguments]), known_arms=dict.fromkeys(OPTIMIZATIONS, "")
    )


def test_the_defaults_play_6_to_30_rounds_of_100_requests_after_one_warm_up() -> None:
    found = parsed()
    assert found.arms == ARMS
    assert (found.rounds, found.looks, found.warmup_rounds) == (30, (6, 12, 20, 30), 1)
    assert (found.users, found.requests, found.lead_in, found.lead_out) == (20, 100, 1, True)
    assert (found.rows, found.recover) == (True, True)


@pytest.mark.parametrize(("users", "requests"), [("1", 100), ("20", 100), ("21", 105), ("200", 1000)])
def test_a_block_has_five_requests_per_user_and_at_least_100(users: str, requests: int) -> None:
    assert parsed("-u", users).requests == requests


def test_a_number_of_rounds_means_exactly_so_many_with_one_look() -> None:
    found = parsed("--rounds", "9", "--min-rounds", "3", "--max-rounds", "4")
    assert (found.rounds, found.looks) == (9, (9,))


def test_one_arm_alone_and_the_arms_in_another_order_can_be_chosen() -> None:
    assert parsed("--arms", "optimized").arms == ("optimized",)
    assert parsed("--arms", "optimized, baseline").arms == ("optimized", "baseline")


def test_arms_are_named_by_user_class_as_well_and_may_be_more_than_two() -> None:
    assert parsed("--arms", "BaselineUser,http2,OptimizedUser").arms == ("baseline", "http2", "optimized")


def test_more_than_two_arms_are_looked_at_after_complete_sets_of_rounds() -> None:
    found = parsed("--arms", "baseline,optimized,http2")
    assert (found.rounds, found.looks) == (30, (6, 12, 21, 30))


def test_an_attribution_plays_its_own_arms_in_the_least_number_of_complete_sets() -> None:
    found = attributed()
    assert found.arms == tuple(OPTIMIZATIONS)
    assert (found.rounds, found.looks) == (9, (9,))
    assert attributed("--min-rounds", "10").rounds == 18
    assert attributed("--rounds", "7").rounds == 7
    assert attributed("--max-rounds", "8").rounds == 8  # no complete set fits


@pytest.mark.parametrize("other", [("--arms", "baseline,http2"), ("--calibrate",)])
def test_an_attribution_leaves_no_choice_of_arms(other: Sequence[str]) -> None:
    with pytest.raises(OptionError, match=f"--attribute and {other[0]}.*: expected one of them"):
        attributed(*other)


@pytest.mark.parametrize("arm", ARMS)
def test_the_same_arm_twice_is_two_arms_with_two_names(arm: str) -> None:
    assert parsed("--arms", f"{arm},{arm}").arms == (arm, f"{arm}2")


@pytest.mark.parametrize(
    ("arguments", "flag", "found"),
    [
        (("--arms", "baseline,fast"), "--arms", "'fast'"),
        (("--arms", ""), "--arms", "''"),
        (("--arms", "baseline,optimized,baseline"), "--arms", "baseline stands twice"),
        (("-u", "0"), "--users", "0"),
        (("-u", "-3"), "--users", "-3"),
        (("--rounds", "0"), "--rounds", "0"),
        (("--rounds", "many"), "--rounds", "many"),
        (("--rounds", "2.5"), "--rounds", "2.5"),
        (("--min-rounds", "0"), "--min-rounds", "0"),
        (("--min-rounds", "9", "--max-rounds", "8"), "--max-rounds", "8"),
        (("--warmup-rounds", "-1"), "--warmup-rounds", "-1"),
        (("--requests", "0"), "--requests", "0"),
        (("--requests", "all"), "--requests", "all"),
        (("--lead-in", "-1"), "--lead-in", "-1"),
        (("--seed", "-1"), "--seed", "-1"),
        (("--seed", str(2**64)), "--seed", "18446744073709551616: expected a whole number from 0 to"),
        (("--request-timeout", "0"), "--request-timeout", "0"),
        (("--request-timeout", "-1"), "--request-timeout", "-1"),
        (("--request-timeout", "nan"), "--request-timeout", "nan"),
        (("--request-timeout", "inf"), "--request-timeout", "inf"),
    ],
)
def test_a_bad_argument_is_refused_by_its_flag_with_what_was_found_and_expected(
    arguments: tuple[str, ...], flag: str, found: str
) -> None:
    with pytest.raises(OptionError) as refused:
        parsed(*arguments)
    message = str(refused.value)
    assert flag in message
    assert found in message
    assert "expected" in message or "the arms are" in message


@pytest.mark.parametrize(
    ("flag", "value"), [("--run-time", 60), ("--tags", ["a"]), ("--exclude-tags", ["a"])]
)
def test_arguments_of_locust_that_have_no_place_in_a_comparison_are_refused(flag: str, value: object) -> None:
    options = parser().parse_args([])
    setattr(options, flag.removeprefix("--").replace("-", "_"), value)
    with pytest.raises(OptionError, match=f"{flag}: .*expected without it"):
        settings(options, known_arms=KNOWN_ARMS)


BAD_HOSTS = [None, "", "example", "127.0.0.1:8443", "ftp://example", "https://", "http://[::1", "http://x:y"]


@pytest.mark.parametrize("host", BAD_HOSTS)
def test_a_host_that_is_no_url_is_refused(host: str | None) -> None:
    with pytest.raises(OptionError, match=r"--host .*: expected a URL such as https://127"):
        checked_host(host)


@pytest.mark.parametrize("host", ["http://example", "https://example:8443/api", "https://[::1]:8443"])
def test_a_host_is_taken_as_it_was_written(host: str) -> None:
    assert checked_host(host) == host


@pytest.mark.parametrize("flag", ["--lead-out", "--rows", "--recover"])
def test_what_the_web_form_sends_for_a_switch_is_checked_too(flag: str) -> None:
    # The form writes text into the parsed arguments, past argparse and its choices.
    options = parser().parse_args([])
    setattr(options, flag.removeprefix("--").replace("-", "_"), "perhaps")
    with pytest.raises(OptionError, match=f"{flag} perhaps: expected on or off"):
        settings(options, known_arms=KNOWN_ARMS)
