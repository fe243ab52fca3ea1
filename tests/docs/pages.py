"""The pages that readers are given, and the code blocks in them."""

import re
from pathlib import Path

from tests.locustfiles.locust_process import ROOT

PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> list[tuple[str, str]]:
    """Language and text of each block."""
    return re.findall(r"^```(\w*)\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)


def prose(page: Path) -> str:
    """All but the blocks."""
    return re.sub(r"^```\w*\n.*?^```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)


def commands(page: Path) -> list[str]:
    """What a reader would type, on whichever host, without remarks."""
    lines = [line for language, text in blocks(page) if language == "console" for line in text.splitlines()]
    typed = [found[1] for line in lines if (found := re.match(r"(?:[\w-]+)?\$ (.*)", line))]
    return [re.split(r"\s+# ", command)[0].strip() for command in typed]
