"""The checks of lesson 03. Read them: they are the specification."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from workshop import tokens
from workshop.checks import Answer, App, Unmet, User, a_number, a_text, task
from workshop.seen import Seen

USERS = "/api/v1/users"
ME = "/api/v1/users/me"
LOGIN = "/api/v1/auth/token"
TODOS = "/api/v1/todos"
PASSWORD = "correct horse battery"
BOB = {
    "email": "bob@example.com",
    "name": "bob",
    "password": PASSWORD,
    "password_again": PASSWORD,
}
MINUTES = 7


def login(app: App, email: str = "bob@example.com", password: str = PASSWORD) -> Answer:
    return app.request("POST", LOGIN, data={"username": email, "password": password})


def token_of_bob(app: App) -> Any:
    """A token as the app gives it to bob, who registers first."""
    assert app.post(USERS, BOB).status == 201
    answer = login(app)
    assert answer.status == 200
    return answer["access_token"].value


def me(app: App, token: str, note: str) -> Answer:
    return app.get(ME, headers={"Authorization": f"Bearer {token}"}, note=note)


def emails(app: App) -> Seen:
    """What is in the database once every request has ended, not only its answer."""
    app.told()
    return app.stored("email", "users")


@task(1, lasting=True)
def a_user_is_seen_by_a_second_connection(app: App) -> None:
    """a new user is in the database once the request is over

    The handlers add and flush; until get_session commits, nobody else sees what they did.
    """
    assert app.post(USERS, BOB).status == 201
    assert "bob@example.com" in emails(app)


@task(1)
def a_refusal_keeps_its_status(app: App) -> None:
    """a refusal leaves with the status that the handler gave it

    What a handler raises passes through get_session, at its yield; caught, it goes no further.
    """
    assert app.post(USERS, BOB).status == 201
    assert app.post(USERS, BOB).status == 409


@task(1)
def a_refused_request_leaves_no_row(start_app: Callable[..., App]) -> None:
    """a request that was refused leaves nothing in the database

    The commit belongs after the yield alone: a finally comes also after a failure.
    """
    app = start_app(routes=["refuse"])
    answer = app.post("/check/refuse", note="a handler that adds a user, then refuses")
    assert answer.status == 409
    assert "refused@example.com" not in emails(app)


@task(1, lasting=True)
def a_failed_commit_is_no_201(app: App) -> None:
    """a commit that fails is answered with 500, not with 201

    A commit after the answer comes too late to take the 201 back; scope="function" is before.
    """
    with app.failing_commits():
        assert app.post(USERS, BOB).status == 500


@task(1)
def a_read_passes_while_a_write_waits(app: App) -> None:
    """a request reads the database while another one's write waits

    A session that requests share is busy while one of them waits, and mixes up their rows.
    """
    with app.locked():
        slow = app.begin("POST", USERS, json=BOB)
        app.begun("INSERT INTO users", by=slow)
        ready = app.get("/health/ready", during="the write lock was held")
        assert ready.status == 200
    assert slow.answer().status == 201


@task(1)
def every_connection_goes_back(app: App) -> None:
    """a request gives its database connection back, also when it was refused

    A pool has a few connections for everyone; each one that is kept is missing for good.
    """
    assert app.post(USERS, BOB).status == 201
    assert app.post(USERS, BOB).status == 409
    assert app.held_connections == 0


@task(2)
def login_answers_type_and_seconds(start_app: Callable[..., App]) -> None:
    """a login is answered with a token, its type and its seconds

    A client keeps the token, and knows from this answer when it will have to log in again.
    """
    app = start_app(access_token_expire_minutes=MINUTES)
    assert app.post(USERS, BOB).status == 201
    answer = login(app)
    assert answer.status == 200
    assert answer["access_token"] == a_text
    assert answer["token_type"] == "bearer"
    assert answer["expires_in"] == MINUTES * 60
    assert tokens.algorithm(answer["access_token"].value) == "HS256"


@task(2)
def the_subject_is_a_string(app: App) -> None:
    """a token's sub is the user's id, as a text

    RFC 7519 makes sub a text: jose signs a number without a word, then refuses to read it.
    """
    made = app.post(USERS, BOB)
    assert made.status == 201
    answer = login(app)
    assert answer.status == 200
    assert tokens.claims(answer["access_token"].value)["sub"] == str(made["id"].value)


@task(2)
@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
def the_end_is_right_in_tokyo_and_new_york(start_app: Callable[..., App], zone: str) -> None:
    """a token ends as many minutes from now as the settings say, in every time zone

    A token's exp counts from 1970 in UTC; datetime.now() without a zone is the clock on the wall.
    """
    app = start_app(zone=zone, access_token_expire_minutes=MINUTES)
    app.scene.then(f"the app's machine stands in {zone}")
    end = tokens.claims(token_of_bob(app))["exp"]
    assert end == a_number, "Without an end a token opens the door for ever, in any hands."
    ahead = round((end.value - time.time()) / 60)
    assert Seen("the token's end, in minutes from now", ahead) == MINUTES


@task(2)
def each_app_signs_with_its_own_secret(start_app: Callable[..., App]) -> None:
    """a token is signed with the secret in the settings of the app that made it

    Settings come in as an argument; read from elsewhere, they are some other app's.
    """
    first = start_app()
    start_app(beside=first, secret_key="another app's secret, of more than 32 characters")
    token = token_of_bob(first)
    first.scene.then("beside it runs another app, with another secret")
    if not tokens.is_signed(token):
        raise Unmet("a token signed with another key", "a token signed with this app's secret_key")


@task(2)
def one_verification_each(app: App) -> None:
    """a failed login costs one verification and tells nothing, whoever it names

    An answer that is sooner, or other, for an unknown e-mail tells who is registered.
    """
    verify = "argon2:PasswordHasher.verify"
    assert app.post(USERS, BOB).status == 201
    said = []
    for email, password in (("bob@example.com", "not his"), ("nobody@example.com", "not hers")):
        app.watch(verify)
        answer = login(app, email, password)
        assert answer.status == 401
        assert app.calls(verify, "password verifications") == 1
        said.append(answer.message)
    assert said[1] == said[0]


@task(3, lasting=True)
def me_is_who_logged_in(app: App) -> None:
    """/users/me is the user whose token was sent

    The token says who asks; nothing else in a request can be believed.
    """
    for name in ("bob", "carla"):
        answer = app.user(name).get(ME)
        assert answer.status == 200
        assert answer["email"] == f"{name}@example.com"


def refused(answer: Answer) -> None:
    assert answer.status == 401
    assert answer.header("WWW-Authenticate") == "Bearer", "A 401 names the way in: HTTP asks for it"


@task(3)
def a_401_says_bearer(app: App) -> None:
    """without a good token the answer is 401, with WWW-Authenticate: Bearer

    401 says "log in", and HTTP wants it to name the way: WWW-Authenticate: Bearer.
    """
    assert app.user("bob").get(ME).status == 200
    for answer in (app.get(ME), me(app, "nonsense", "its token is the word nonsense")):
        assert answer.status == 401
        assert answer.header("WWW-Authenticate") == "Bearer"
