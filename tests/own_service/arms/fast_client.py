"""As Locust's fast_http_locust.py: FastHttpUser and its settings, here with and without retries."""
# ruff: noqa: F403

from locust import FastHttpUser, between, task

from swarmgate.comparison import *


class Careful(FastHttpUser):
    arm = "careful"
    wait_time = between(0.001, 0.01)
    connection_timeout = 5.0
    network_timeout = 5.0
    max_redirects = 2
    max_retries = 3
    insecure = False

    @task
    def item(self):
        self.client.get("/items/7", name="item")

    @task
    def page(self):
        self.client.get("/items?limit=5", name="list")


class Plain(FastHttpUser):
    arm = "plain"
    wait_time = between(0.001, 0.01)
    tasks = Careful.tasks
