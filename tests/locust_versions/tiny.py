"""What each version of Locust plays for the golden files: three endpoints, one with a comma in its name."""

import os

import locust.stats
from locust import HttpUser, constant, task

if chosen := os.environ.get("TINY_PERCENTILES"):
    locust.stats.PERCENTILES_TO_REPORT = [float(share) for share in chosen.split(",")]


class Shopper(HttpUser):
    """Reads a list and items, and orders now and then."""

    wait_time = constant(0.02)

    @task(5)
    def item(self) -> None:
        """Ask for one item, under one name for all of them."""
        self.client.get("/items/7", name="/items/{id}")

    @task(3)
    def items(self) -> None:
        """Ask for a page of items; the comma makes the CSV writer quote the name."""
        self.client.get("/items?limit=20", name="/items, a page")

    @task(1)
    def order(self) -> None:
        """Order something."""
        order = {"customer": "customer-1", "lines": [{"item_id": 7, "quantity": 1}]}
        self.client.post("/orders", json=order, name="/orders")
