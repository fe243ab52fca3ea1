"""As Locust's basic.py: tasks as functions and as methods of one TaskSet, and a page that is not there."""
# ruff: noqa: F403

from locust import FastHttpUser, HttpUser, TaskSet, between, task

from swarmgate.comparison import *


def item(user):
    user.client.get("/items/7", name="item")


def page(user):
    user.client.get("/items?limit=5", name="list")


class Visits(TaskSet):
    tasks = [item, page]

    @task
    def nowhere(self):
        self.client.get("/nowhere", name="nowhere")


class OldWebsite(HttpUser):
    arm = "old"
    wait_time = between(0.001, 0.01)
    tasks = [Visits]


class NewWebsite(FastHttpUser):
    arm = "new"
    wait_time = between(0.001, 0.01)
    tasks = [Visits]
