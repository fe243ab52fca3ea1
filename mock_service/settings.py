"""Everything that can be set, by flag (`--rtt-ms 20`) or environment variable (`MOCK_SERVICE_RTT_MS=20`)."""

import difflib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from mock_service.errors import SettingsError

ENVIRONMENT_PREFIX = "MOCK_SERVICE_"


def _split(names: object) -> object:
    """The names of a comma-separated list, or what was given if it is none."""
    return (
        tuple(name.strip() for name in names.split(",") if name.strip()) if isinstance(names, str) else names
    )


Ratio = Annotated[float, Field(ge=0, le=1)]
Duration = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(ge=0)]
PositiveCount = Annotated[int, Field(ge=1)]
Port = Annotated[int, Field(ge=0, le=65535)]
Names = Annotated[tuple[str, ...], BeforeValidator(_split)]


class Settings(BaseModel):
    """What the service is and how slow it is; a name ends in its unit."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    preset: Literal["none", "unoptimized", "optimized"] = Field(
        default="none", description="a service before or after optimization; other settings win over it"
    )
    seed: int = Field(default=1, description="decides items, service times and faults")

    host: str = Field(default="127.0.0.1", min_length=1, description="address to listen on")
    port: Port = Field(
        default=8443, description="port to listen on; 0 takes a free one (the default of `exec`)"
    )
    tls: bool = Field(default=True, description="serve HTTPS with a certificate made at start")
    http2: bool = Field(
        default=True,
        description="serve HTTP/2 to clients that ask for it by ALPN; needs TLS and kept connections",
    )
    hostname: Names = Field(
        default=(), description="further names or addresses in the certificate, by commas"
    )
    ca_file: Path | None = Field(
        default=None, description="where to write the CA certificate; a temporary file if not set"
    )
    stop_with_stdin: bool = Field(default=False, description="end when standard input ends (`exec` uses it)")

    network: bool = Field(default=True, description="model the network; off is plain uvicorn")
    rtt_ms: Duration = Field(default=50, description="round-trip time between client and service")
    bandwidth_mbps: float = Field(default=2, gt=0, description="bandwidth of each connection, each way")

    item_ms: Duration = Field(
        default=40, description="median service time of GET /items/{item_id}, body apart"
    )
    list_ms: Duration = Field(default=40, description="median service time of GET /items, body apart")
    order_ms: Duration = Field(default=45, description="median service time of POST /orders, body apart")
    body_ms_per_kb: Duration = Field(
        default=1.77, description="service time per 1,000 B of uncompressed body"
    )
    jitter_sigma: Duration = Field(default=0.1, description="spread of service times: sigma of a lognormal")
    service_time_factor: Duration = Field(
        default=1, description="multiplies every service time; 0 switches it off"
    )

    capacity: PositiveCount = Field(default=64, description="requests at work at once")
    queue: Count = Field(default=256, description="requests that may wait for their turn; the next gets 503")
    retry_after_s: Count = Field(default=1, description="Retry-After of a 503")

    items: PositiveCount = Field(default=200, description="items in the catalog, numbered from 1")
    gzip: bool = Field(default=True, description="compress for clients that accept gzip")
    gzip_level: int = Field(default=6, ge=1, le=9, description="compression level")
    gzip_minimum_bytes: Count = Field(default=500, description="bodies below this size are never compressed")
    keep_alive: bool = Field(default=True, description="keep connections open between requests")
    keep_alive_s: PositiveCount = Field(default=75, description="how long an idle connection is kept")

    error_ratio: Ratio = Field(default=0, description="fault: ratio of requests answered 500 at once")
    hang_ratio: Ratio = Field(default=0, description="fault: ratio of requests that are never answered")
    exit_after_requests: Count | None = Field(
        default=None, description="fault: the process dies at the first request after this many"
    )
    stall_after_s: Duration | None = Field(
        default=None, description="fault: begin of a stall, counted from the first request"
    )
    stall_s: Duration = Field(
        default=2, description="fault: length of the stall; requests that arrive are answered at its end"
    )

    def environment(self) -> dict[str, str]:
        """These settings as environment variables; a setting without a value is left out."""
        return {
            variable(name): ",".join(value) if isinstance(value, tuple) else str(value)
            for name, value in self
            if value is not None
        }


PRESETS: Mapping[str, dict[str, Any]] = {
    "none": {},
    "unoptimized": {"gzip": False, "keep_alive": False, "service_time_factor": 1.5, "capacity": 16},
    "optimized": {"gzip": True, "keep_alive": True, "service_time_factor": 0.7, "capacity": 64},
}


def flag(name: str) -> str:
    """The flag of a setting: `--rtt-ms`."""
    return "--" + name.replace("_", "-")


def variable(name: str) -> str:
    """The environment variable of a setting: `MOCK_SERVICE_RTT_MS`."""
    return ENVIRONMENT_PREFIX + name.upper()


def hint(unknown: str, spell: Callable[[str], str]) -> str:
    """What to try instead of an unknown name: the nearest setting, spelled by `flag` or `variable`."""
    stem = unknown.removeprefix(ENVIRONMENT_PREFIX).lstrip("-").replace("-", "_").lower().removeprefix("no_")
    matches = difflib.get_close_matches(stem, Settings.model_fields, n=1, cutoff=0.5)
    return f"did you mean {spell(matches[0])}?" if matches else "docs/mock-service.md lists every setting"


def resolve(
    flags: Mapping[str, str], environment: Mapping[str, str], *, defaults: Mapping[str, Any] | None = None
) -> Settings:
    """The settings from flags over environment variables over the preset over `defaults` over built-in ones.

    An empty variable counts as not set. Raises SettingsError on the first variable of ours that names no
    setting, and on values that a setting cannot take.
    """
    by_variable = {variable(name): name for name in Settings.model_fields}
    from_environment = {}
    for key, value in environment.items():
        if key.startswith(ENVIRONMENT_PREFIX) and value:
            if key not in by_variable:
                raise SettingsError(f"environment variable {key} names no setting: {hint(key, variable)}")
            from_environment[by_variable[key]] = value
    given = from_environment | dict(flags)
    preset = PRESETS.get(given.get("preset", "none"), {})
    try:
        return Settings(**(dict(defaults or {}) | preset | given))
    except ValidationError as error:
        problems = [
            f"{flag(name) if (name := str(problem['loc'][0])) in flags else variable(name)}: "
            f"found {problem['input']!r}: {problem['msg'][0].lower()}{problem['msg'][1:]}"
            for problem in error.errors()
        ]
        raise SettingsError("\n".join(problems)) from None
