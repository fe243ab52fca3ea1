"""Two user classes, each an arm: the same shop, asked by requests and by geventhttpclient."""

from locust import FastHttpUser, HttpUser, task

from swarmgate.comparison import *  # noqa: F403  # the comparison: its shape and its hooks


class OldShop(HttpUser):
    arm = "old"

    @task(3)
    def item(self):
        self.client.get("/items/7", name="/items/{id}")

    @task
    def search(self):
        self.client.get("/items?limit=10", name="/items")


class NewShop(FastHttpUser):
    arm = "new"
    tasks = OldShop.tasks
