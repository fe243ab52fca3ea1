"""As Locust's rest.py: answers as JSON, assertions that fail a request, a base class that looks at errors."""
# ruff: noqa: F403

from contextlib import contextmanager

from locust import FastHttpUser, HttpUser, User, task

from swarmgate.comparison import *

ORDER = {"customer": "ada", "lines": [{"item_id": 7, "quantity": 1}]}


class Checking(User):
    abstract = True

    @contextmanager
    def rest(self, method, url, **kwargs):
        with super().rest(method, url, headers={"X-Asked-By": "rest"}, **kwargs) as answer:
            if answer.js and "detail" in answer.js:
                answer.failure(answer.js["detail"])
            yield answer

    @task
    def ordered(self):
        with self.rest("POST", "/orders", name="ordered", json=ORDER) as answer:
            assert answer.js["customer"] == "ada", "somebody else's order"

    @task
    def mistaken(self):
        with self.rest("POST", "/orders", name="mistaken", json=ORDER) as answer:
            assert answer.js["customer"] == "bob", "not bob's order"


class OldChecking(Checking, HttpUser):
    arm = "old"


class NewChecking(Checking, FastHttpUser):
    arm = "new"
