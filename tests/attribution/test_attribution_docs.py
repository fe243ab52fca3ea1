"""The examples of docs/attribution.md, as they stand there, under plain Locust."""

import re
import signal
from pathlib import Path

import pytest

from locustfiles.attribution import OPTIMIZATIONS
from mock_service.server import Address
from tests.locustfiles.counting_proxy import counting_proxy
from tests.locustfiles.locust_process import ROOT, environment, locust
from tests.mock_service.service import Service, running

DOCS = (ROOT / "docs" / "attribution.md").read_text()
EXAMPLES = {
    re.findall(r"^class (\w+)", code, re.MULTILINE)[0]: code
    for code in re.findall(r"```python\n(.*?)```", DOCS, re.DOTALL)
}
USERS = 4


@pytest.mark.service
@pytest.mark.parametrize("name", EXAMPLES)
def test_users_of_an_example_share_as_many_connections_as_there_are_users(tmp_path: Path, name: str) -> None:
    locustfile = tmp_path / "example.py"
    locustfile.write_text(EXAMPLES[name])
    words = ("-f", str(locustfile), name, "-u", str(USERS), "-r", "100", "--csv", str(tmp_path / "it"))
    with (
        running("--no-tls", "--no-network", "--service-time-factor", "0.1") as mock,
        counting_proxy(mock.address.url) as proxy,
    ):
        service = Service(process=mock.process, address=Address(url=proxy.url, ca_file=None))
        env = environment(service, PYTHONPATH=str(ROOT))
        with locust(tmp_path, "--headless", *words, env=env) as example:
            example.wait_until(lambda: requests(tmp_path) > 5 * USERS, "requests of all users")
            done = example.end(signal.SIGTERM)
        assert done.code == 0, done.err
    assert "0(0.00%)" in done.err  # where Locust logs its final table
    assert len(proxy.opened_at) == USERS


def requests(folder: Path) -> int:
    """How many requests Locust has counted so far."""
    path = folder / "it_stats.csv"
    found = re.findall(r"^,Aggregated,(\d+)", path.read_text() if path.exists() else "", re.MULTILINE)
    return int(found[0]) if found else 0


def test_the_table_of_arms_is_what_they_have() -> None:
    columns = ["keep-alive", "pool matched to concurrency", "compression", "lean client", "HTTP/2"]
    for arm, has in OPTIMIZATIONS.items():
        row = next(line for line in DOCS.splitlines() if line.startswith(f"| `{arm}` |"))
        cells = [cell.strip() for cell in row.split("|")[2:7]]
        assert cells == ["x" if column in has else "" for column in columns]
