"""As Locust's custom_wait_function.py: times between tasks from a function of one's own, exponential ones."""
# ruff: noqa: F403

import random

from locust import HttpUser, task

from swarmgate.comparison import *


def bounded(shortest_s, longest_s):
    """An exponential time that lies strictly between two bounds."""
    while True:
        drawn_s = shortest_s + random.expovariate(6 / (longest_s - shortest_s))
        if drawn_s < longest_s:
            return drawn_s


class Independent(HttpUser):
    arm = "independent"

    def wait_time(self):
        return random.expovariate(200)

    @task
    def item(self):
        self.client.get("/items/7", name="item")


class Bounded(HttpUser):
    arm = "bounded"
    tasks = Independent.tasks

    def wait_time(self):
        return bounded(0.002, 0.01)
