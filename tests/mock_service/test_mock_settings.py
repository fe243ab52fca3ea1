import pytest

from mock_service.errors import SettingsError
from mock_service.settings import PRESETS, Settings, flag, resolve, variable


def test_without_flags_and_variables_the_defaults_hold() -> None:
    assert resolve({}, {"PATH": "/bin", "MOCKED": "1"}) == Settings()


def test_a_flag_wins_over_a_variable_over_the_preset_over_the_callers_default() -> None:
    defaults = {"port": 0, "capacity": 1, "gzip": True, "seed": 9}
    environment = {
        "MOCK_SERVICE_PRESET": "unoptimized",
        "MOCK_SERVICE_CAPACITY": "5",
        "MOCK_SERVICE_RTT_MS": "7",
    }
    settings = resolve({"rtt_ms": "8"}, environment, defaults=defaults)
    assert (settings.rtt_ms, settings.capacity, settings.gzip, settings.port, settings.seed) == (
        8,
        5,
        False,
        0,
        9,
    )


def test_an_empty_variable_counts_as_not_set() -> None:
    assert resolve({}, {"MOCK_SERVICE_RTT_MS": "", "MOCK_SERVICE_NONSENSE": ""}) == Settings()


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("MOCK_SERVICE_RTT", "did you mean MOCK_SERVICE_RTT_MS?"),
        ("MOCK_SERVICE_KEEPALIVE", "did you mean MOCK_SERVICE_KEEP_ALIVE?"),
        ("MOCK_SERVICE_rtt_ms", "did you mean MOCK_SERVICE_RTT_MS?"),
        ("MOCK_SERVICE_XYZZY", "docs/mock-service.md lists every setting"),
    ],
)
def test_an_unknown_variable_is_rejected_by_name_with_the_nearest_one(name: str, hint: str) -> None:
    with pytest.raises(SettingsError) as error:
        resolve({}, {name: "20"})
    assert name in str(error.value)
    assert hint in str(error.value)


@pytest.mark.parametrize(
    ("name", "value", "expectation"),
    [
        ("rtt_ms", "-1", "greater than or equal to 0"),
        ("rtt_ms", "nan", "finite"),
        ("rtt_ms", "fast", "valid number"),
        ("bandwidth_mbps", "0", "greater than 0"),
        ("port", "65536", "less than or equal to 65535"),
        ("port", "80.5", "valid integer"),
        ("error_ratio", "1.01", "less than or equal to 1"),
        ("capacity", "0", "greater than or equal to 1"),
        ("gzip", "perhaps", "valid boolean"),
        ("preset", "fastest", "'none', 'unoptimized' or 'optimized'"),
        ("gzip_level", "10", "less than or equal to 9"),
    ],
)
def test_a_bad_value_is_rejected_with_its_source_value_and_expectation(
    name: str, value: str, expectation: str
) -> None:
    for flags, environment, source in (
        ({name: value}, {}, flag(name)),
        ({}, {variable(name): value}, variable(name)),
    ):
        with pytest.raises(SettingsError) as error:
            resolve(flags, environment)
        assert str(error.value).startswith(f"{source}: found '{value}'")
        assert expectation in str(error.value)


def test_all_bad_values_are_named_at_once() -> None:
    with pytest.raises(SettingsError) as error:
        resolve({"rtt_ms": "x"}, {"MOCK_SERVICE_PORT": "y"})
    assert "--rtt-ms" in str(error.value)
    assert "MOCK_SERVICE_PORT" in str(error.value)


def test_settings_survive_the_way_through_an_environment() -> None:
    settings = resolve(
        {
            "hostname": "a.test, b.test",
            "ca_file": "x/ca.pem",
            "preset": "optimized",
            "rtt_ms": "0.5",
            "tls": "off",
        },
        {},
    )
    assert settings.hostname == ("a.test", "b.test")
    assert resolve({}, settings.environment()) == settings


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_changes_only_what_it_names(preset: str) -> None:
    changed = dict(resolve({"preset": preset}, {})) | {"preset": "none"}
    assert changed == dict(Settings()) | dict(PRESETS[preset])


def test_the_optimized_preset_is_the_better_service_in_every_setting() -> None:
    slow, fast = (resolve({"preset": name}, {}) for name in ("unoptimized", "optimized"))
    assert fast.service_time_factor < slow.service_time_factor
    assert fast.capacity > slow.capacity
    assert (fast.gzip, fast.keep_alive) == (True, True)
    assert (slow.gzip, slow.keep_alive) == (False, False)
