"""Locust's FastHttpUser as it is."""

from locust import FastHttpUser, task

from benchmarks.performance.users import account  # noqa: F401  # it listens


class Fast(FastHttpUser):
    @task
    def ask(self) -> None:
        self.client.get("/items/1", name="item")
