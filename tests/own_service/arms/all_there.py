"""As Locust's semaphore_wait.py: a TaskSet whose users begin once all of them are spawned."""
# ruff: noqa: F403

from gevent.lock import Semaphore
from locust import FastHttpUser, HttpUser, TaskSet, between, events, task

from swarmgate.comparison import *

all_users_there = Semaphore()
all_users_there.acquire()


@events.init.add_listener
def listen(environment, **_):
    @environment.events.spawning_complete.add_listener
    def let_them_begin(**_):
        all_users_there.release()


class Together(TaskSet):
    def on_start(self):
        all_users_there.wait()
        self.wait()

    @task
    def item(self):
        self.client.get("/items/7", name="item")


class OldCrowd(HttpUser):
    arm = "old"
    wait_time = between(0.001, 0.01)
    tasks = [Together]


class NewCrowd(FastHttpUser):
    arm = "new"
    wait_time = between(0.001, 0.01)
    tasks = [Together]
