"""What Locust's own arguments are when nobody says, in whatever folder it is started.

In the project's folder `[tool.locust]` says the same for plain Locust. Files of settings, the environment and
the command line win over these.
"""

from __future__ import annotations

from typing import Any

LOOPBACK = "127.0.0.1"
DEFAULTS = {
    # Locust's own default is every interface, without a password.
    "web_host": LOOPBACK,
    "master_bind_host": LOOPBACK,
    # The comparison draws its own progress and tables.
    "only_summary": True,
    "num_users": 20,
}


def set_defaults(parser: Any) -> None:
    """Set them in Locust's parser."""
    parser.set_defaults(**DEFAULTS)
