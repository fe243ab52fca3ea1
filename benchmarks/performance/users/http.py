"""Locust's HttpUser as it is."""

from locust import HttpUser, task

from benchmarks.performance.users import account  # noqa: F401  # it listens


class Http(HttpUser):
    @task
    def ask(self) -> None:
        self.client.get("/items/1", name="item")
