"""The checks of lesson 08. Read them: they are the specification."""

from collections.abc import Callable
from pathlib import Path

import pytest

from workshop.checks import Answer, App, Refusal, a_text, task
from workshop.tokens import forge

LIVE = "/health/live"
READY = "/health/ready"
ME = "/api/v1/users/me"
DESCRIPTION = "/openapi.json"
PAGE = "https://todo.example.com"
GOOD_KEY = "a key that this check made, with more than 32 characters"
OTHER_KEY = "another key that this check made, and as long"
SHORT_KEY = "hunter2-hunter2-hunter2-hunter2"
LAPTOP_KEY = "only for this laptop: 32 characters or more"
NO_ADDRESS = "todo:hunter2@db.internal/todo"
SERVER = "postgresql+asyncpg://todo:hunter2@db.internal/todo"

BELOW = [
    ("upstream_timeout", "0", 0.1),
    ("password_cost", "0", 1),
    ("access_token_expire_minutes", "0", 1),
    ("rate_limit_per_minute", "-1", 0),
    ("max_body_size", "0", 1),
    ("database_max_overflow", "-1", 0),
]
ABOVE = [
    ("upstream_timeout", "inf", 60),
    ("password_cost", "21", 20),
    ("access_token_expire_minutes", "1441", 1440),
    ("database_pool_size", "101", 100),
    ("database_max_overflow", "101", 100),
]


def half_a_kilobyte(app: App) -> Answer:
    """What a body of 500 bytes is answered with: 413 where TODO_MAX_BODY_SIZE is less, else 422."""
    return app.post("/api/v1/users", {"name": "x" * 489})


@task(1, at="settings.py:2")
def two_apps_two_settings(accept_start: Callable[..., App]) -> None:
    """settings are read when an app is created, not when a module is imported

    Read at import, or kept in a cache, they are those of whoever came first, in tests too.
    """
    first = accept_start(max_body_size=100)
    assert half_a_kilobyte(first).status == 413
    second = accept_start(beside=first, max_body_size=10_000_000)
    assert half_a_kilobyte(second).status == 422


@task(1, at="settings.py:2")
def a_pool_of_zero_stops_the_start(
    accept_start: Callable[..., App], refuse_start: Callable[..., Refusal]
) -> None:
    """a pool of no connections stops the start

    SQLAlchemy reads 0 as "no limit": the first busy day takes all that the server has.
    """
    app = accept_start(database_pool_size=1)
    refuse_start(beside=app, database_pool_size=0).names("DATABASE_POOL_SIZE")


@task(1, lasting=True, at="settings.py:2")
@pytest.mark.parametrize(("name", "wrong", "right"), BELOW, ids=[row[0] for row in BELOW])
def what_is_too_small_stops_the_start(
    accept_start: Callable[..., App],
    refuse_start: Callable[..., Refusal],
    name: str,
    wrong: str,
    right: float,
) -> None:
    """a number below its bound stops the start, and the error names the variable

    Who set it is watching now; at night it is found out by those who use the API.
    """
    app = accept_start(**{name: right})
    refuse_start(beside=app, **{name: wrong}).names(name.upper())


@task(1, at="settings.py:2")
@pytest.mark.parametrize(("name", "wrong", "right"), ABOVE, ids=[row[0] for row in ABOVE])
def what_is_too_large_stops_the_start(
    accept_start: Callable[..., App],
    refuse_start: Callable[..., Refusal],
    name: str,
    wrong: str,
    right: float,
) -> None:
    """a number above its bound stops the start, and the error names the variable

    Seconds taken for minutes, one zero too many: a bound knows that nobody means it.
    """
    app = accept_start(**{name: right})
    refuse_start(beside=app, **{name: wrong}).names(name.upper())


@task(1, at="settings.py:2")
@pytest.mark.parametrize("unknown", ["prod", "preproduction"])
def an_unknown_environment_stops_the_start(
    accept_start: Callable[..., App], refuse_start: Callable[..., Refusal], unknown: str
) -> None:
    """an environment that nobody knows stops the start

    "prod" isn't "production", so none of its guards would be up.
    """
    app = accept_start(environment="development")
    refuse_start(beside=app, environment=unknown).names("ENVIRONMENT")


@task(1)
def lists_are_written_with_commas(accept_start: Callable[..., App]) -> None:
    """a list is written with commas, and spaces around them don't count

    Pydantic wants JSON in a variable: quotes in quotes, which nobody gets right twice.
    """
    app = accept_start(cors_origins=f"https://first.example , {PAGE}")
    for origin in ("https://first.example", PAGE):
        answer = app.get(LIVE, headers={"Origin": origin}, note=f"from a page of {origin}")
        assert answer.header("Access-Control-Allow-Origin") == origin


@task(1)
def settings_are_frozen(app: App) -> None:
    """settings can't be changed once they are made

    A value that is set later has passed no bound, and holds for all who come after.
    """
    assert app.get(LIVE).status == 200
    assert app.changed_settings == []


@task(2, at="settings.py:2")
@pytest.mark.parametrize("key", ["", SHORT_KEY], ids=["empty", "short"])
def a_short_secret_stops_the_start(
    accept_start: Callable[..., App], refuse_start: Callable[..., Refusal], key: str
) -> None:
    """a secret key of fewer than 32 characters stops the start

    Whoever guesses it makes tokens for every user; a short one is guessed offline.
    """
    app = accept_start(secret_key=GOOD_KEY[:32])
    refuse_start(beside=app, secret_key=key).names("SECRET_KEY")


@task(2, at="settings.py")
def no_secret_in_the_start_error(
    accept_start: Callable[..., App], refuse_start: Callable[..., Refusal]
) -> None:
    """the error that stops a start shows no secret

    Pydantic's says input_value='…'; a start's output is kept where many people read.
    """
    app = accept_start()
    refuse_start(beside=app, secret_key=SHORT_KEY).hides(SHORT_KEY)
    refuse_start(beside=app, database_url=NO_ADDRESS).hides("hunter2")


@task(2, at="settings.py:2")
def no_secret_when_printed(app: App) -> None:
    """settings that are printed show neither the key nor the database's password

    They get into a log, a debugger, an error report: by one line that somebody adds.
    """
    assert app.get(LIVE).status == 200
    printed = app.printed_settings(secret_key=GOOD_KEY, database_url=SERVER)
    assert GOOD_KEY not in printed
    assert "hunter2" not in printed


@task(2, at="settings.py")
def no_secret_in_the_log(accept_start: Callable[..., App]) -> None:
    """the log of a start doesn't show the key

    The start's record helps: it says what is in force. A key in it is everybody's.
    """
    app = accept_start(secret_key=GOOD_KEY)
    assert app.get(LIVE).status == 200
    assert GOOD_KEY not in app.log


@task(2, lasting=True, at="settings.py:3")
def a_secret_from_a_file(accept_start: Callable[..., App], tmp_path: Path) -> None:
    """a secret can come from a file in the folder that TODO_SECRETS_DIR names

    A variable is inherited by every child process; a file is read by whom you let.
    """
    (tmp_path / "todo_secret_key").write_text(f"{GOOD_KEY}\n", encoding="utf-8")
    app = accept_start(secret_key=None, secrets_dir=tmp_path)
    token = forge({"sub": str(app.user().id)}, key=GOOD_KEY)
    headers = {"Authorization": f"Bearer {token}"}
    note = "a token signed with the key in todo_secret_key"
    assert app.get(ME, headers=headers, note=note).status == 200
    app = accept_start(secret_key=OTHER_KEY, secrets_dir=tmp_path)
    app.user()
    assert app.get(ME, headers=headers, note=note).status == 401, (
        "A variable is set for this one process: it beats a file."
    )


@task(2, at="settings.py:3")
def an_env_file_is_read_where_it_is_named(accept_start: Callable[..., App], tmp_path: Path) -> None:
    """a .env file is read from the path in TODO_ENV_FILE

    Its variables need no shell to set them; real ones are stronger.
    """
    file = tmp_path / "settings.env"
    file.write_text("TODO_MAX_BODY_SIZE='100'\n", encoding="utf-8")
    app = accept_start(env_file=file)
    assert half_a_kilobyte(app).status == 413
    app = accept_start(env_file=file, max_body_size=1000)
    assert half_a_kilobyte(app).status == 422


@task(2, at="settings.py:3")
def no_file_is_read_by_itself(accept_start: Callable[..., App], tmp_path: Path) -> None:
    """no file is read that nobody named, wherever the app is started

    Found beside whoever starts it, it holds in one folder, and not in the next.
    """
    (tmp_path / ".env").write_text("TODO_MAX_BODY_SIZE=100\n", encoding="utf-8")
    (tmp_path / "todo_max_body_size").write_text("100\n", encoding="utf-8")
    app = accept_start(inside=tmp_path)
    assert half_a_kilobyte(app).status == 422


@task(2, at="settings.py")
def a_typo_in_the_env_file_stops_the_start(
    accept_start: Callable[..., App], refuse_start: Callable[..., Refusal], tmp_path: Path
) -> None:
    """an unknown TODO_ variable in the .env file stops the start, and its value isn't shown

    Ignored, the default stays in force, and you believe that yours is.
    """
    file = tmp_path / "settings.env"
    file.write_text(f"TODO_SECRET_KYE='{GOOD_KEY}'\n", encoding="utf-8")
    app = accept_start()
    refusal = refuse_start(beside=app, env_file=file)
    refusal.names("SECRET_KYE")
    refusal.hides(GOOD_KEY)


@task(2, at="settings.py")
def a_foreign_line_in_the_env_file_is_left_alone(
    accept_start: Callable[..., App], tmp_path: Path
) -> None:
    """a variable without TODO_ in the .env file stops nothing

    One file often serves several: the database beside the API reads its own from it.
    """
    file = tmp_path / "settings.env"
    file.write_text("TODO_MAX_BODY_SIZE=100\nPOSTGRES_PASSWORD=hunter2\n", encoding="utf-8")
    app = accept_start(env_file=file)
    assert half_a_kilobyte(app).status == 413


@task(3)
def the_pool_has_its_size(accept_start: Callable[..., App]) -> None:
    """as many requests use the database at once as TODO_DATABASE_POOL_SIZE says

    A server has a hundred connections or so, for all that use it: this is your share.
    """
    app = accept_start(database_pool_size=2, database_max_overflow=0, routes=["hold"])
    with app.holding(4) as in_use:
        assert in_use == 2


@task(3)
def overflow_is_bounded(accept_start: Callable[..., App]) -> None:
    """beyond the pool there are TODO_DATABASE_MAX_OVERFLOW connections, closed after use

    They are for a rush; kept for ever, they would be a larger pool under another name.
    """
    app = accept_start(database_pool_size=1, database_max_overflow=2, routes=["hold"])
    with app.holding(5) as in_use:
        assert in_use == 3
    assert app.kept_connections == 1


@task(3)
@pytest.mark.parametrize("path", ["", "/:memory:"], ids=["no name", ":memory:"])
def a_memory_database_starts(accept_start: Callable[..., App], path: str) -> None:
    """an SQLite database in memory works, and all requests see the same one

    It lives in one connection: a pool of them would be as many empty databases.
    """
    accept_start()
    app = accept_start(database_url=f"sqlite+aiosqlite://{path}")
    assert app.user("bob").get(ME)["name"] == "bob"


@task(3)
def a_restarted_database_is_met_again(app: App) -> None:
    """after a restart of the database the next request works

    What waits in the pool is closed by then; a ping before each use finds that out.
    """
    ada = app.user()
    app.cut_connections()
    assert ada.get("/api/v1/todos").status == 200


@task(4, at="settings.py")
@pytest.mark.parametrize(
    ("name", "value"),
    [("debug", "true"), ("cors_origins", "*"), ("cors_origins", f"{PAGE}, *")],
    ids=["debug", "any origin", "any origin too"],
)
def production_refuses_what_is_for_a_laptop(
    accept_start: Callable[..., App], refuse_start: Callable[..., Refusal], name: str, value: str
) -> None:
    """in production TODO_DEBUG, and * among the origins, stop the start

    They are set for an hour and forgotten; the start is the last moment that can tell.
    """
    app = accept_start(environment="production", cors_origins=PAGE)
    assert app.get(LIVE).status == 200
    refusal = refuse_start(beside=app, environment="production", **{name: value})
    refusal.names(name.upper())
    assert accept_start(**{name: value}).get(LIVE).status == 200


@task(4, at="settings.py")
@pytest.mark.parametrize("key", [None, LAPTOP_KEY], ids=["no key", "the laptop's key"])
def production_refuses_the_laptops_key(
    accept_start: Callable[..., App], refuse_start: Callable[..., Refusal], key: str | None
) -> None:
    """in production the laptop's secret key stops the start, whoever set it

    It stands in the repository: everyone who reads it can be any of your users.
    """
    app = accept_start(environment="production")
    assert app.get(LIVE).status == 200
    refusal = refuse_start(beside=app, environment="production", secret_key=key)
    refusal.names("SECRET_KEY")


@task(4, at="settings.py")
def a_guards_error_shows_no_secret(
    accept_start: Callable[..., App], refuse_start: Callable[..., Refusal]
) -> None:
    """the error of a guard shows no setting's value

    A validator of the whole model has all of it as its input, the good key included.
    """
    app = accept_start(environment="production")
    refusal = refuse_start(beside=app, environment="production", debug="true", secret_key=GOOD_KEY)
    refusal.names("DEBUG")
    refusal.hides(GOOD_KEY)


@task(4)
def production_has_no_docs(accept_start: Callable[..., App], tmp_path: Path) -> None:
    """in production there is neither /docs nor /openapi.json; elsewhere there are both

    They are a map of every door, also of those that you forgot.
    """
    app = accept_start()
    for path in ("/docs", DESCRIPTION):
        assert app.get(path).status == 200
    file = tmp_path / "settings.env"
    file.write_text("TODO_ENVIRONMENT=production\n", encoding="utf-8")
    said = {"a variable": {"environment": "production"}, "the .env file": {"env_file": file}}
    for where, settings in said.items():
        app = accept_start(**settings)
        assert app.get(LIVE).status == 200
        for path in ("/docs", DESCRIPTION):
            assert app.get(path, note=f"in production, as {where} says").status == 404


@task(4, lasting=True, at="settings.py")
def development_needs_nothing(accept_start: Callable[..., App]) -> None:
    """on a laptop the app starts, and logs people in, with nothing set but the database

    Whoever clones it sees it run; only production makes demands.
    """
    unset = ("upstreams", "upstream_timeout", "password_cost", "secret_key")
    app = accept_start(**dict.fromkeys(unset))
    assert app.user("bob").get(ME).status == 200


@task(5)
def a_failing_database_is_503(app: App) -> None:
    """ready is 503 in the envelope while the database fails

    Whoever spreads the requests asks this, and sends none where the answer isn't 200.
    """
    assert app.get(READY).status == 200
    with app.failing_statements():
        answer = app.get(READY)
        assert answer.status == 503
        assert answer["error"]["code"] == "unavailable"
        assert answer["error"]["message"] == a_text
        assert "lets no statement through" not in answer["error"]["message"], (
            "What a driver says names hosts, tables, values: it is for the log."
        )


@task(5, lasting=True)
def a_hanging_database_is_503(app: App) -> None:
    """ready is 503 after a second while the database answers nothing

    A host that is gone sends no error: without a limit of your own you wait for minutes.
    """
    assert app.get(READY).status == 200
    with app.waiting_statements():
        slow = app.begin("GET", READY)
        app.begun("SELECT", by=slow)
        app.skip(1)
        assert slow.answer("the database answered nothing").status == 503


@task(5)
def live_stays_200(app: App) -> None:
    """live is 200 while the database is away

    It says that this process is alive; where it isn't, someone ends it and starts another.
    """
    with app.failing_statements():
        assert app.get(READY).status == 503
        assert app.get(LIVE).status == 200


@task(5)
def ready_comes_back(app: App) -> None:
    """ready is 200 again once the database is back, and every connection went back

    Nobody has to restart anything: what comes and goes is asked about, never remembered.
    """
    with app.failing_statements():
        assert app.get(READY).status == 503
    with app.waiting_statements():
        slow = app.begin("GET", READY)
        app.begun("SELECT", by=slow)
        app.skip(1)
        assert slow.answer().status == 503
    assert app.get(READY).status == 200
    assert app.lost_connections == 0, (
        "What ready gave up on is cancelled, and its connection goes back; or soon none is left."
    )
