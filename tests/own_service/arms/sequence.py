"""As Locust's sequential and nested examples: links are followed page by page, TaskSets lie in TaskSets."""
# ruff: noqa: F403

import random

from locust import FastHttpUser, HttpUser, SequentialTaskSet, TaskSet, between, task

from swarmgate.comparison import *


class Browsing(SequentialTaskSet):
    def on_start(self):
        self.found = []

    @task
    def page(self):
        self.found = [item["id"] for item in self.client.get("/items?limit=5", name="page").json()["items"]]

    @task
    def item(self):
        self.client.get(f"/items/{random.choice(self.found)}", name="item")

    @task
    class Reading(TaskSet):
        @task(3)
        def review(self):
            self.client.get("/items/7", name="review")

        @task
        def leave(self):
            self.interrupt()


class OldReader(HttpUser):
    arm = "old"
    wait_time = between(0.001, 0.01)
    tasks = [Browsing]


class NewReader(FastHttpUser):
    arm = "new"
    wait_time = between(0.001, 0.01)
    tasks = [Browsing]
