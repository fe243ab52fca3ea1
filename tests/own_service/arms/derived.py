"""What the arms share stands in an abstract class, and one arm derives from the other."""
# ruff: noqa: F403

import os

from locust import HttpUser, task

from swarmgate.comparison import *


class Shop(HttpUser):
    abstract = True
    host = os.environ["SHOP_HOST"]

    @task
    def item(self):
        self.client.get("/items/1", name="item")


class Old(Shop):
    arm = "old"


class New(Old):
    arm = "new"

    def on_start(self):
        self.client.headers["Accept-Encoding"] = "gzip"
