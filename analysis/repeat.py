"""The command that plays a run again, with every setting spelled out."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.manifest import Manifest

PROFILE = "--load-profile"


def repeat_command(manifest: Manifest) -> list[str]:
    """The words of the command; empty for a run that swarmgate did not play (no command in run.json)."""
    if not manifest.command:
        return []
    given: dict[str, object] = {
        "--host": manifest.host,
        "--users": manifest.users if manifest.load_model == "closed" else None,
        "--arms": None if manifest.attribution else ",".join(_played(manifest)),
        **_rounds(manifest),
        "--warmup-rounds": manifest.warmup_rounds,
        **_load(manifest),
        "--lead-in": manifest.lead_in,
        "--lead-out": _on(manifest.lead_out),
        "--request-timeout": manifest.request_timeout_s,
        "--rows": manifest.rows,
        "--seed": manifest.seed,
    }
    flags = [f"{flag}={_text(value)}" for flag, value in given.items() if value is not None]
    attribute = ["--attribute"] if manifest.attribution else []
    return ["locust", "--headless", *attribute, *flags]


def _load(manifest: Manifest) -> dict[str, object]:
    """A profile says how many requests a block has; otherwise it is a number, and perhaps a rate."""
    plan = manifest.arrivals
    profile = _given(manifest.command, PROFILE)
    load: dict[str, object] = {PROFILE: profile}
    if profile is None:
        load = {"--requests": manifest.requests_per_block, "--arrival-rate": plan.rate_rps if plan else None}
    opened = {"--arrivals": plan.process, "--in-flight": plan.in_flight_limit} if plan else {}
    return {**load, **opened}


def _given(command: Sequence[str], flag: str) -> str | None:
    """The value that a flag has in a command, as `--flag value` or `--flag=value`."""
    for place, word in enumerate(command):
        if word == flag and place + 1 < len(command):
            return command[place + 1]
        if word.startswith(f"{flag}="):
            return word.removeprefix(f"{flag}=")
    return None


def _rounds(manifest: Manifest) -> dict[str, object]:
    """One planned look is a fixed number of rounds; several are a minimum and a maximum."""
    looks = manifest.planned_looks
    if len(looks) < 2:
        return {"--rounds": manifest.rounds}
    return {"--rounds": "auto", "--min-rounds": looks[0], "--max-rounds": looks[-1]}


def _played(manifest: Manifest) -> list[str]:
    """The arms as they are asked for: an arm that played against itself has a second name in the run."""
    first = manifest.arms[0]
    return [first.name if arm.user_class == first.user_class else arm.name for arm in manifest.arms]


def _on(value: bool | None) -> str | None:
    return None if value is None else "on" if value else "off"


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
