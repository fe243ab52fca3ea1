"""The arms of an attribution and the steps between them."""

from locustfiles.attribution import OPTIMIZATIONS, arms, of_arm, steps


def test_two_arms_of_a_step_differ_in_the_one_optimization_that_it_names() -> None:
    for step in steps(tuple(OPTIMIZATIONS)):
        has, lacks = (step.arm, step.against) if step.direction == "added" else (step.against, step.arm)
        assert set(OPTIMIZATIONS[has]) - set(OPTIMIZATIONS[lacks]) == {step.optimization}
        assert set(OPTIMIZATIONS[lacks]) < set(OPTIMIZATIONS[has])


def test_every_arm_but_the_baseline_is_the_arm_of_one_step() -> None:
    assert sorted(step.arm for step in steps(tuple(OPTIMIZATIONS))) == sorted(
        set(OPTIMIZATIONS) - {"baseline"}
    )


def test_an_arm_that_is_not_known_is_left_out() -> None:
    without = arms([arm for arm in OPTIMIZATIONS if arm != "http2"])
    assert without == tuple(arm for arm in OPTIMIZATIONS if arm != "http2")
    assert "http2" not in {step.arm for step in steps(without)}


def test_what_an_arm_adds_or_lacks_fits_what_it_has() -> None:
    for arm, has in OPTIMIZATIONS.items():
        told = of_arm(arm)
        assert told["optimizations"] == list(has)
        assert set(told["adds"]) <= set(has)
        assert not set(told["lacks"]) & set(has)
