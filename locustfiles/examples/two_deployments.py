"""Two deployments of one service: the same requests in the same way, each arm at a host of its own.

OLD_HOST and NEW_HOST say where they are. A class's own `host` wins over --host.
"""

import os

from swarmgate.comparison import *  # noqa: F403  # the comparison: its shape and its hooks
from swarmgate.comparison import BaselineUser


class OldBuild(BaselineUser):
    arm = "old"
    host = os.environ.get("OLD_HOST", "http://127.0.0.1:8001")


class NewBuild(BaselineUser):
    arm = "new"
    host = os.environ.get("NEW_HOST", "http://127.0.0.1:8002")
