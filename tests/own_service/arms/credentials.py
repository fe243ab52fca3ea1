"""As Locust's dynamic_user_credentials.py: a login of its own for each user, while there are any left."""
# ruff: noqa: F403

from locust import FastHttpUser, HttpUser, TaskSet, between, task

from swarmgate.comparison import *

CREDENTIALS = [(f"customer{number}", f"word{number}") for number in range(3)]


class LoggedIn(TaskSet):
    def on_start(self):
        if CREDENTIALS:
            name, word = CREDENTIALS.pop()
            self.client.get("/health", name="login", params={"name": name, "word": word})

    @task
    def protected(self):
        self.client.get("/items/7", name="protected")


class OldMember(HttpUser):
    arm = "old"
    wait_time = between(0.001, 0.01)
    tasks = [LoggedIn]


class NewMember(FastHttpUser):
    arm = "new"
    wait_time = between(0.001, 0.01)
    tasks = [LoggedIn]
