"""What the documents name is there: arguments and their defaults, files and headings, checks of validity."""

import argparse
import re
import subprocess
from pathlib import Path

import pytest

from analysis.cli import _parser as analysis_parser
from locustfiles.defaults import DEFAULTS
from locustfiles.new.cli import _parser as new_parser
from mock_service.settings import Settings, flag
from tests.docs.pages import PAGES, blocks, name_of, prose
from tests.locustfiles.arguments import parser
from tests.locustfiles.locust_process import LOCUST, ROOT, environment

README = ROOT / "README.md"
OTHERS = {
    "--workers": "./swarm",
    "--exit-code-from": "docker compose",
    "--no-deps": "pip",
    "--venvs": "tests/locust_versions/make_golden.py",
}
"""Arguments of other programs."""


def group() -> list[argparse.Action]:
    """What swarmgate adds to Locust's arguments."""
    return next(each for each in parser()._action_groups if each.title == "swarmgate")._group_actions


def shown(default: object) -> str:
    return "" if default is False else f"{default:g}" if isinstance(default, float) else str(default)


def table() -> dict[str, str]:
    """Arguments and defaults of the README's table."""
    rows = re.findall(r"^\| (`-[^|]*) \|([^|]*)\|", README.read_text(), re.MULTILINE)
    found: dict[str, str] = {}
    for flags, defaults in rows:
        names = re.findall(r"`(-[\w-]+)`", flags)
        texts = [text.strip(" `") for text in defaults.split(", ")]
        found.update(zip(names, texts, strict=True))
    return found


def test_the_table_of_arguments_is_that_of_the_program() -> None:
    defaults = {action.option_strings[0]: shown(action.default) for action in group()}
    assert table() == defaults | {"-u": str(DEFAULTS["num_users"])}


@pytest.fixture(scope="module")
def known() -> set[str]:
    """Every argument that there is."""
    told = subprocess.run(
        [LOCUST, "--help"],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    found = set(re.findall(r"--[a-z][\w-]*", told.stdout))
    found |= {action.option_strings[0] for action in group()}  # of a locustfile, which --help does not read
    for program in (analysis_parser("swarmgate"), new_parser("swarmgate")):
        for each in (program, *subparsers(program)):
            found |= {text for action in each._actions for text in action.option_strings}
    for name in Settings.model_fields:
        found |= {flag(name), flag(f"no_{name}")}
    return found | set(OTHERS)


def subparsers(of: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    return [
        each
        for action in of._actions
        if isinstance(action, argparse._SubParsersAction)
        for each in action.choices.values()
    ]


@pytest.mark.service
@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_argument_that_is_named_exists(known: set[str], page: Path) -> None:
    consoles = "\n".join(text for language, text in blocks(page) if language == "console")
    quoted = " ".join(re.findall(r"`([^`]+)`", prose(page)))
    named = set(re.findall(r"(?<![\w-])--[a-z][\w-]*", f"{consoles} {quoted}"))
    assert named <= known


def links(page: Path) -> list[tuple[str, str]]:
    """Target and heading of each link within the project."""
    targets = re.findall(r"\]\(([^)\s]+)\)", prose(page))
    return [
        (path, heading) for path, _, heading in (each.partition("#") for each in targets) if ":" not in path
    ]


def headings(page: Path) -> set[str]:
    """The anchors of a page, as GitHub makes them."""
    found = re.findall(r"^#+ (.*)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).strip().replace(" ", "-") for each in found}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    for path, heading in links(page):
        target = page.parent / path if path else page
        assert target.exists(), path
        assert not heading or heading in headings(target), f"{path}#{heading}"


def test_every_page_is_linked_from_the_readme() -> None:
    linked = {(ROOT / path).resolve() for path, _ in links(README)}
    via = {
        (page.parent / path).resolve() for page in linked if page.suffix == ".md" for path, _ in links(page)
    }
    assert set(PAGES) - {README} <= linked | via
