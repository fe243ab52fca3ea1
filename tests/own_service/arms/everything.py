"""What Locust's own examples do, as two arms: logins, sequences, nesting, exceptions, checked answers."""
# ruff: noqa: F403

import gevent
from gevent.lock import Semaphore
from locust import FastHttpUser, HttpUser, SequentialTaskSet, TaskSet, between, events, task
from locust.exception import RescheduleTask

from swarmgate.comparison import *

all_there = Semaphore()
all_there.acquire()


@events.spawning_complete.add_listener
def on_spawning_complete(**_):
    all_there.release()


class Sequence(SequentialTaskSet):
    @task
    def first(self):
        self.client.get("/items/1", name="first")

    @task
    def second(self):
        self.client.get("/items/2", name="second")
        self.interrupt(reschedule=False)


class Nested(TaskSet):
    def on_start(self):
        self.client.get("/items/3", name="nested start")

    @task
    def checked(self):
        with self.client.get("/nothing", name="nothing", catch_response=True) as answer:
            answer.success()
        raise RescheduleTask

    @task
    def leave(self):
        self.interrupt()


class Old(HttpUser):
    arm = "old"
    wait_time = between(0.001, 0.02)
    tasks = {Sequence: 2, Nested: 1}

    def on_start(self):
        all_there.wait()
        self.client.get("/health", name="login")

    @task(2)
    def many(self):
        for item in (4, 5):
            self.client.get(f"/items/{item}", name="many")

    @task
    def none(self):
        pass

    @task
    def broken(self):
        raise ValueError("broken task")

    @task
    def without_context(self):
        gevent.sleep(0.001)
        self.environment.events.request.fire(
            request_type="TCP", name="raw", response_time=1.0, response_length=3, exception=None
        )


class New(FastHttpUser):
    arm = "new"
    wait_time = between(0.001, 0.02)
    tasks = Old.tasks
    on_start = Old.on_start
