"""Logins and data from a CSV file: `on_start` and tasks as Locust has them, unchanged.

Each user takes the next customer of customers.csv. A login is asked before the user's first turn: its request
is kept in unmeasured.csv and never judged.
"""

import csv
from itertools import cycle
from pathlib import Path

from locust import FastHttpUser, HttpUser, User, between, task

from swarmgate.comparison import *  # noqa: F403  # the comparison: its shape and its hooks

with Path(__file__).with_name("customers.csv").open(newline="") as file:
    CUSTOMERS = cycle(list(csv.DictReader(file)))


class Customer(User):
    """What both arms do: with a client of Locust's, whichever it is."""

    abstract = True
    wait_time = between(0.01, 0.05)

    def on_start(self):
        self.customer = next(CUSTOMERS)["customer"]
        self.client.get("/health", name="login")  # yours posts the customer's credentials

    @task(3)
    def look(self):
        self.client.get("/items?limit=10", name="/items")

    @task
    def order(self):
        order = {"customer": self.customer, "lines": [{"item_id": 7, "quantity": 1}]}
        with self.client.post("/orders", json=order, name="/orders", catch_response=True) as answer:
            if self.customer not in answer.text:
                answer.failure("the order is somebody else's")


class OldCustomer(Customer, HttpUser):
    arm = "old"


class NewCustomer(Customer, FastHttpUser):
    arm = "new"
