"""docs/mock-service.md says what the code does."""

from pathlib import Path

from mock_service.settings import PRESETS, Settings, flag, variable

DOCS = (Path(__file__).parents[2] / "docs" / "mock-service.md").read_text()
UNITS = {
    "_per_kb": "ms per 1,000 B",
    "_ms": "ms",
    "_s": "s",
    "_mbps": "Mbit/s",
    "_bytes": "B",
    "_ratio": "0 to 1",
}


def shown(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return "not set" if value in (None, ()) else str(value)


def setting_rows() -> list[str]:
    """The rows of the table of settings, as they must stand in the document."""
    rows = []
    for name, field in Settings.model_fields.items():
        flags = f"`{flag(name)}`" + (f", `{flag('no_' + name)}`" if field.annotation is bool else "")
        unit = next((unit for ending, unit in UNITS.items() if name.endswith(ending)), "")
        cells = (flags, f"`{variable(name)}`", shown(field.default), unit, field.description)
        rows.append("| " + " | ".join(map(str, cells)) + " |")
    return rows


def preset_rows() -> list[str]:
    default = dict(Settings())
    return [
        f"| `{flag(name)}` | {shown(default[name])} | "
        f"{shown(PRESETS['unoptimized'][name])} | {shown(PRESETS['optimized'][name])} |"
        for name in PRESETS["unoptimized"] | PRESETS["optimized"]
    ]


def table(first_column: str) -> list[str]:
    """The rows below the head of a table in the document."""
    lines = DOCS.splitlines()
    begin = next(number for number, line in enumerate(lines) if line.startswith(f"| {first_column} |")) + 2
    end = next(number for number in range(begin, len(lines) + 1) if not "".join(lines[number : number + 1]))
    return lines[begin:end]


def test_the_table_of_settings_is_the_settings() -> None:
    assert table("Flag") == setting_rows()


def test_the_table_of_presets_is_the_presets() -> None:
    assert table("Setting") == preset_rows()
