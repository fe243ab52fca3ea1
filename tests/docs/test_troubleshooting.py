"""docs/troubleshooting.md quotes messages: each really is one, of ours or of Locust."""

import ast
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from analysis.validity import CHECKS
from tests.locustfiles.locust_process import ROOT

DOCS = (ROOT / "docs" / "troubleshooting.md").read_text()
PACKAGES = ("locustfiles", "analysis", "mock_service", "swarmgate", "locust")
GAP = "..."
"""Stands for what a message fills in, in the document and in the texts below."""


def folder(package: str) -> Path:
    spec = find_spec(package)  # which imports no package: Locust would patch this process
    assert spec
    assert spec.origin
    return Path(spec.origin).parent


def texts() -> Iterator[str]:
    """Every text of the sources, as it reads with gaps for what is filled in."""
    for package in PACKAGES:
        for path in folder(package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.JoinedStr):
                    parts = (part.value if isinstance(part, ast.Constant) else GAP for part in node.values)
                    yield "".join(map(str, parts))
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value.replace("%s", GAP)


TEXTS = "\n".join(text.replace("\n", " ") for text in texts())


def quoted() -> list[str]:
    """The messages in the first columns of the tables."""
    rows = re.findall(r"^\| (`.*?) \| ", DOCS, re.MULTILINE)
    return [message for row in rows for message in re.findall(r"`([^`]+)`", row)]


def is_said(message: str) -> bool:
    return bool(re.search(".*".join(map(re.escape, message.split(GAP))), TEXTS))


@pytest.mark.parametrize("message", quoted())
def test_a_quoted_message_is_in_the_sources(message: str) -> None:
    assert is_said(message)


def test_another_message_is_not() -> None:
    assert len(quoted()) == len(set(quoted())) > 50
    assert not is_said("--arms ...: there is no leg ...")


def test_reading_the_report_lists_every_check() -> None:
    text = (ROOT / "docs" / "reading-the-report.md").read_text()
    table = text.partition("| check | refuses a run when |\n|---|---|\n")[2].partition("\n\n")[0]
    names = [row.split("|")[1].strip() for row in table.splitlines()]
    assert len(names) == len(CHECKS)
    assert all(is_said(name.replace(" baseline ", f" {GAP} ")) for name in names)
