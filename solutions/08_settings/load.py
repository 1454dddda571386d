"""People who make, read and change todos. The thresholds below set the exit code.

locust -f load.py --headless --users 50 --spawn-rate 10 --run-time 1m --host http://127.0.0.1:8000
"""

import random
import uuid
from typing import Any

from locust import HttpUser, between, events, task
from locust.env import Environment

MOST_FAILED = 0.001
SLOWEST_OF_TWENTY = 500
"""Milliseconds that 95 requests in 100 must not take."""

PASSWORD = "correct horse battery"


class Person(HttpUser):
    wait_time = between(0.1, 0.5)

    def on_start(self) -> None:
        name = uuid.uuid4().hex
        person = {"email": f"{name}@example.com", "name": name}
        passwords = {"password": PASSWORD, "password_again": PASSWORD}
        self.client.post("/api/v1/users", json={**person, **passwords})
        form = {"username": person["email"], "password": PASSWORD}
        token = self.client.post("/api/v1/auth/token", data=form).json()["access_token"]
        self.client.headers["Authorization"] = f"Bearer {token}"
        self.todos: list[int] = []

    @task(5)
    def look(self) -> None:
        self.client.get("/api/v1/todos?size=20", name="/api/v1/todos")

    @task(3)
    def make(self) -> None:
        made = self.client.post("/api/v1/todos", json={"title": "Buy milk"})
        if made.ok:
            self.todos.append(made.json()["id"])

    @task(2)
    def change(self) -> None:
        if self.todos:
            path = f"/api/v1/todos/{random.choice(self.todos)}"
            self.client.patch(path, json={"completed": True}, name="/api/v1/todos/{id}")


@events.quitting.add_listener
def judge(environment: Environment, **_: Any) -> None:
    total = environment.stats.total
    slow = total.get_response_time_percentile(0.95)
    good = total.num_requests > 0 and total.fail_ratio <= MOST_FAILED and slow <= SLOWEST_OF_TWENTY
    environment.process_exit_code = 0 if good else 1
