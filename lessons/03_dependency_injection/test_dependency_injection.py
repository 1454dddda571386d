"""The checks of lesson 03. Read them: they are the specification."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from workshop import tokens
from workshop.checks import Answer, App, Like, Unmet, User, a_text, one_of, task
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
STARS = "**********"  # what a SecretStr shows in the place of its secret
a_time = Like("a number", lambda value: type(value) in (int, float))
a_fault = one_of(500, 503)
bearer = Like("Bearer", lambda value: value.partition(" ")[0] == "Bearer")


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

    What a handler raises arrives in get_session at its yield, and from there has to go on.
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
    """a commit that fails is answered with a 500, not with a 201

    The commit came after the answer, too late to take the 201 back; see Depends(scope=…).
    """
    with app.failing_commits():
        assert app.post(USERS, BOB).status == a_fault


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

    Settings say minutes, and exp is in UTC; datetime.now() alone is the clock on the wall.
    """
    app = start_app(zone=zone, access_token_expire_minutes=MINUTES)
    end = tokens.claims(token_of_bob(app))["exp"]
    app.scene.then(f"the machine's clock shows the time of {zone}")
    assert end == a_time, (
        "An end is a time; without one a token opens the door for ever, in any hands."
    )
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
        hidden = tokens.is_signed(token, STARS)
        other = f'"{STARS}"' if hidden else "some other key"
        raise Unmet(f"a token signed with {other}", "a token signed with this app's secret_key")


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


@task(3, lasting=True, at="security.py")
def me_is_who_logged_in(app: App) -> None:
    """/users/me is the user whose token was sent

    The token says who asks; nothing else in a request can be believed.
    """
    for name in ("bob", "carla"):
        answer = app.user(name).get(ME)
        assert answer.status == 200
        assert answer["email"] == f"{name}@example.com"


@task(3, at="security.py")
def the_user_is_looked_up_by_a_number(app: App) -> None:
    """the user is looked up by a number, as ids are

    SQLite takes "1" for 1; PostgreSQL refuses to compare them, and every request is a 500.
    """
    assert app.user("bob").get(ME).status == 200
    kinds = app.bound("FROM users")
    assert "int" in kinds
    assert "str" not in kinds


@task(3)
def no_token_is_401_with_bearer(app: App) -> None:
    """without a good token the answer is 401 with WWW-Authenticate: Bearer

    401 says that a login would help, and HTTP asks it to name the way in: Bearer.
    """
    assert app.user("bob").get(ME).status == 200
    refused(app.get(ME, note="without a token"))
    refused(me(app, "nonsense", "its token is the word nonsense"))


def refused(answer: Answer) -> None:
    assert answer.status == 401
    assert answer.header("WWW-Authenticate") == bearer


def forged(app: App, note: str, claims: dict[str, Any] | None = None, **how: Any) -> Answer:
    """What a token gets that bob's claims, and others in their place, make."""
    claims = {"sub": str(app.user("bob").id), **(claims or {})}
    return me(app, tokens.forge(claims, **how), note)


@task(3, at="security.py")
def a_foreign_signature_is_401(app: App) -> None:
    """a token that was signed with another key is 401

    Anyone can write bob's id into a token; only the signature says that it came from here.
    """
    assert forged(app, "a good token").status == 200
    refused(forged(app, "signed with a stranger's key", key="a stranger's key" * 2))


@task(3, at="security.py")
def another_algorithm_is_401(app: App) -> None:
    """a token that was signed by another algorithm than HS256 is 401

    A token may not choose how it is checked: say it yourself, with algorithms=["HS256"].
    """
    assert forged(app, "signed by HS256").status == 200
    for algorithm in ("HS512", "HS384", "none"):
        refused(forged(app, f"signed by {algorithm}", algorithm=algorithm))


@task(3, at="security.py")
def an_expired_token_is_401(app: App) -> None:
    """a token is 401 once its end has passed

    An hour later it may be in other hands: a log, a shared computer, a stolen backup.
    """
    assert forged(app, "a good token").status == 200
    refused(forged(app, "its end was an hour ago", {"exp": int(time.time()) - 3600}))


@task(3, at="security.py")
def a_token_without_end_is_401(app: App) -> None:
    """a token without an end is 401

    jose checks an end that is there; that one has to be there you must say: require_exp.
    """
    assert forged(app, "a good token").status == 200
    refused(forged(app, "it has no exp", {"exp": None}))


@task(3, at="security.py")
def a_broken_token_is_401(app: App) -> None:
    """a token that names no user's id is 401, never a fault of the server

    What is wrong with a token is the client's affair; no error of yours may leave for it.
    """
    assert forged(app, "a good token").status == 200
    refused(forged(app, "it has no sub", {"sub": None}))
    refused(forged(app, "its sub is a word", {"sub": "bob"}))
    refused(forged(app, "its sub is a list", {"sub": [1]}))
    refused(forged(app, "its end is a list", {"exp": []}))
    refused(forged(app, "its end is Infinity", {"exp": float("inf")}))
    refused(me(app, "one.two.three", "its token is one.two.three"))


@task(3, at="security.py")
def a_deeply_nested_token_is_401(app: App) -> None:
    """a token whose header is nested too deep is 401

    jose reads the header before the signature: anyone can make it raise RecursionError.
    """
    assert forged(app, "a good token").status == 200
    refused(forged(app, "its header is 20000 brackets", header=b"[" * 20_000))


@task(3)
def a_deleted_or_inactive_user_is_401(app: App) -> None:
    """a user who was deleted, or is no longer active, is 401

    A token outlives its user: whether they may still come in, only the database knows.
    """
    bob, carla = app.user("bob"), app.user("carla")
    assert bob.get(ME).status == 200
    assert carla.get(ME).status == 200
    app.change("users", bob.id, is_active=0)
    refused(bob.get(ME))
    app.remove("users", carla.id)
    refused(carla.get(ME))


@task(3)
def every_bad_token_gets_one_message(app: App) -> None:
    """every token that is refused gets one and the same message

    Who tries tokens learns from a second message which part was right.
    """
    bob, carla = app.user("bob"), app.user("carla")
    assert bob.get(ME).status == 200
    said = me(app, "nonsense", "its token is the word nonsense").message
    assert forged(app, "its end was an hour ago", {"exp": int(time.time()) - 3600}).message == said
    app.change("users", bob.id, is_active=0)
    assert bob.get(ME).message == said
    app.remove("users", carla.id)
    assert carla.get(ME).message == said


def todo_of(user: User, title: str = "Buy milk") -> str:
    """The path of a todo that `user` makes."""
    made = user.post(TODOS, {"title": title})
    assert made.status == 201
    return f"{TODOS}/{made['id'].value}"


@task(4)
def an_own_todo_is_there_on_every_verb(app: App) -> None:
    """the owner reads, changes and deletes a todo; then it is 404

    The handlers get the todo from get_own_todo, and ask nobody else.
    """
    ada = app.user("ada")
    todo_of(ada, "Water the plants")
    path = todo_of(ada)
    read = ada.get(path)
    assert read.status == 200
    assert read["title"] == "Buy milk"
    changed = ada.patch(path, {"completed": True})
    assert changed.status == 200
    assert changed["completed"] == True  # noqa: E712  JSON's true
    assert ada.delete(path).status == 204
    assert ada.get(path).status == 404


@task(4, lasting=True)
def a_strangers_todo_is_404_on_every_verb(app: App) -> None:
    """a stranger's todo is 404 on every verb, with the words of one that never was

    To a stranger it isn't there; a 403, or other words, would tell which ids exist.
    """
    ada, bob = app.user("ada"), app.user("bob")
    never = bob.get(f"{TODOS}/1")
    assert never.status == 404
    path = todo_of(ada)  # the first of all, so the same number
    for method, body in (("GET", None), ("PATCH", {"title": "Mine now"}), ("DELETE", None)):
        answer = bob.request(method, path, json=body)
        assert answer.status == 404
        assert answer.message == never.message
    assert app.stored("title") == ["Buy milk"]


@task(4)
def a_strangers_todo_is_not_listed(app: App) -> None:
    """the list holds the user's own todos and no others

    A list is the easiest way to read what belongs to someone else.
    """
    ada, bob = app.user("ada"), app.user("bob")
    todo_of(ada, "Buy milk")
    todo_of(bob, "Call Ada")
    answer = bob.get(TODOS)
    assert answer.status == 200
    assert answer["items"][0]["title"] == "Call Ada"
    assert answer["items"].length == 1


@task(4)
def a_strangers_todo_is_not_counted(app: App) -> None:
    """the total counts the user's own todos and no others

    A total of everyone's tells how busy the others are, and makes pages that are empty.
    """
    ada, bob = app.user("ada"), app.user("bob")
    todo_of(ada, "Buy milk")
    todo_of(bob, "Call Ada")
    answer = bob.get(TODOS)
    assert answer.status == 200
    assert answer["total"] == 1


@task(5)
def an_override_replaces_the_notifier(start_app: Callable[..., App]) -> None:
    """a notifier that an override puts in place of the app's own is told

    What is declared as a parameter can be replaced; of tasks only those declared are run.
    """
    app = start_app(notifier="tells")
    ada = app.user("ada")
    app.scene.then("the check's own notifier stands in for get_notifier's")
    todo_of(ada)
    assert app.notified.length == 1


@task(5)
def the_owner_is_told(start_app: Callable[..., App]) -> None:
    """the owner is told of each todo that is created, changed or deleted

    The notifier needs to know whom to tell, what happened, and to which todo.
    """
    app = start_app(notifier="tells")
    app.user("bob")
    ada = app.user("ada")
    path = todo_of(ada)
    assert ada.patch(path, {"completed": True}).status == 200
    assert ada.delete(path).status == 204
    todo = int(path.rpartition("/")[2])
    for place, kind in enumerate(("created", "changed", "deleted")):
        app.focus(place - 3)
        assert app.notified[place] == {"user": ada.id, "kind": kind, "todo": todo}
    assert app.notified.length == 3


@task(5, lasting=True)
def nobody_is_told_when_the_commit_fails(start_app: Callable[..., App]) -> None:
    """nobody is told of a todo whose commit failed

    Told before the commit, the owner looks for a todo that never came to be.
    """
    app = start_app(notifier="tells")
    ada = app.user("ada")
    todo_of(ada)
    assert app.notified.length == 1
    with app.failing_commits():
        assert ada.post(TODOS, {"title": "Call Ada"}).status == a_fault
    assert app.notified.length == 1


@task(5)
def a_waiting_notifier_delays_no_answer(start_app: Callable[..., App]) -> None:
    """a notifier that waits delays nobody's answer

    The todo is kept, and so the request is done; who is told of it is no reason to wait.
    """
    app = start_app(notifier="waits")
    ada = app.user("ada")
    made = ada.post(TODOS, {"title": "Buy milk"}, during="the notifier waited")
    assert made.status == 201
    app.let_notifier_go()
    assert app.notified.length == 1
