"""An arm whose login fails: none of its users ever comes to a task."""
# ruff: noqa: F403

from locust import HttpUser, task

from locustfiles import conductor
from swarmgate.comparison import *

conductor.GATHER_LIMIT_S = 2.0


class Old(HttpUser):
    arm = "old"

    def on_start(self):
        raise PermissionError("wrong password")

    @task
    def item(self):
        self.client.get("/items/1")


class New(HttpUser):
    arm = "new"

    @task
    def item(self):
        self.client.get("/items/1")
