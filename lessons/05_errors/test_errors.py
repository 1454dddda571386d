"""The checks of lesson 05. Read them: they are the specification."""

from collections.abc import Callable

import pytest

from workshop.checks import Answer, App, Like, Unmet, a_text, task
from workshop.seen import Seen

LIVE = "/health/live"
TODOS = "/api/v1/todos"
USERS = "/api/v1/users"
ME = "/api/v1/users/me"
ID = "X-Request-ID"
PAGE = "https://todo.example.com"
ALLOWED = "Access-Control-Allow-Origin"
FIRST = "hunter2-hunter2"
SECOND = "another-secret"


def person(name: str = "bob", **other: str) -> dict[str, str]:
    passwords = {"password": FIRST, "password_again": FIRST}
    return {"email": f"{name}@example.com", "name": name, **passwords, **other}


def is_error(answer: Answer, status: int, code: str) -> None:
    """The envelope, as a client reads it."""
    assert answer.status == status
    assert answer["error"]["code"] == code
    assert answer["error"]["message"] == a_text
    assert answer["error"]["request_id"] == a_text


def names(*fields: str) -> Like:
    """A list of objects whose `field` ends with these names, one for each, in any order."""

    def meets(details: object) -> bool:
        if not isinstance(details, list):
            return False
        found = [one.get("field") for one in details if isinstance(one, dict)]
        last = sorted(str(one).rpartition(".")[2] for one in found)
        whole = all(isinstance(one, dict) and one.get("message") for one in details)
        return whole and last == sorted(fields) and len(found) == len(details)

    return Like("a list of {field, message}, for " + ", ".join(fields), meets)


def broken_off(answer: Answer) -> None:
    if answer.response is not None:
        raise Unmet(
            f"an answer that looks whole: status {answer.response.status_code}",
            "a connection that breaks off",
        )


@task(1)
def a_missing_todo_has_the_envelope(app: App) -> None:
    """a todo that isn't there is 404 not_found, in the envelope

    A client reads one shape for every error and decides by the code; people read the rest.
    """
    is_error(app.get(f"{TODOS}/987654"), 404, "not_found")


@task(1)
def a_bad_token_is_401_with_bearer(app: App) -> None:
    """a bad token is 401 unauthorized, with WWW-Authenticate: Bearer

    The class says which headers its errors need; the handler has to pass them on.
    """
    headers = {"Authorization": "Bearer nonsense"}
    answer = app.get(ME, headers=headers, note="its token is the word nonsense")
    is_error(answer, 401, "unauthorized")
    assert answer.header("WWW-Authenticate") == "Bearer"


@task(1)
def a_taken_email_is_409(app: App) -> None:
    """an e-mail or a name that is taken is 409 conflict

    Nothing is wrong with the request: something that is there already stands against it.
    """
    assert app.post(USERS, person()).status == 201
    is_error(app.post(USERS, person("robert", email="bob@example.com")), 409, "conflict")
    is_error(app.post(USERS, person("BOB", email="robert@example.com")), 409, "conflict")


@task(1)
def a_stale_if_match_is_412(app: App) -> None:
    """a change with the ETag of an older version is 412 precondition_failed

    Whoever read before the last change would write over it without having seen it.
    """
    made = app.post(TODOS, {"title": "Buy milk"})
    assert made.status == 201
    path, old = f"{TODOS}/{made['id'].value}", made.header("ETag").value
    seen = {"headers": {"If-Match": old}, "note": "with the ETag that was read first"}
    assert app.patch(path, {"title": "Buy bread"}, **seen).status == 200
    is_error(app.patch(path, {"title": "Buy eggs"}, **seen), 412, "precondition_failed")
    assert app.stored("title") == ["Buy bread"]


@task(1)
def the_bodys_id_is_the_headers(app: App) -> None:
    """an error's request_id is the X-Request-ID of its answer

    People send you the body they saw: its id finds the request in the log.
    """
    answer = app.get(f"{TODOS}/987654")
    assert answer.status == 404
    assert answer["error"]["request_id"] == answer.header(ID)


@task(2, lasting=True)
def an_unknown_path_has_the_envelope(app: App) -> None:
    """a path that no route has is 404 not_found, in the envelope

    The router raises Starlette's HTTPException; FastAPI's is only a subclass of it.
    """
    is_error(app.get("/api/v1/nothing"), 404, "not_found")


@task(2)
def a_wrong_method_keeps_allow(app: App) -> None:
    """a method that a path doesn't have is 405, and still says in Allow which it has

    HTTP asks for the header; it came with the exception, and has to go on from there.
    """
    answer = app.request("PUT", LIVE)
    is_error(answer, 405, "method_not_allowed")
    assert answer.header("Allow") == Like("GET", lambda value: "GET" in value)


@task(2)
def no_token_is_401_with_bearer(app: App) -> None:
    """no token at all is 401, in the envelope, with WWW-Authenticate: Bearer

    Here FastAPI refuses, before your code is asked; its headers count as yours do.
    """
    answer = app.get(ME, note="without a token")
    is_error(answer, 401, "unauthorized")
    assert answer.header("WWW-Authenticate") == "Bearer"


@task(2)
def an_unreadable_body_has_the_envelope(app: App) -> None:
    """a body that isn't text is 400 bad_request, in the envelope

    FastAPI could not even parse it: no field is wrong, the whole body is.
    """
    headers = {"Content-Type": "application/json"}
    answer = app.request("POST", USERS, content=b'{"name": "\xff"}', headers=headers)
    is_error(answer, 400, "bad_request")


@task(2)
def a_413_has_the_envelope(start_app: Callable[..., App]) -> None:
    """a body that is too large is 413 content_too_large, in the envelope

    The codes stand in a table of your own: http.HTTPStatus renames them now and then.
    """
    app = start_app(max_body_size=1000)
    assert app.post(USERS, person()).status == 201
    is_error(app.post(USERS, person("bob" * 500)), 413, "content_too_large")


@task(2)
def a_429_keeps_retry_after(start_app: Callable[..., App]) -> None:
    """one request too many is 429 too_many_requests, with Retry-After

    Nothing turns an exception into an answer out there: a layer sends its response itself.
    """
    app = start_app(rate_limit_per_minute=1)
    assert app.get(LIVE).status == 200
    answer = app.get(LIVE)
    is_error(answer, 429, "too_many_requests")
    assert answer.header("Retry-After") == a_text


@task(2)
def a_304_has_no_body(start_app: Callable[..., App]) -> None:
    """an HTTPException of 204 or 304 is answered without a body, its headers kept

    These two never have one; the server breaks off where an app sends it all the same.
    """
    app = start_app(routes=["unchanged"])
    answer = app.get("/check/unchanged", note="its handler raises HTTPException(304)")
    assert answer.status == 304
    assert answer.content == ""
    assert answer.header("ETag") == '"7"'
    if broken := app.raised:
        raise Unmet(f"the server broke off, with {broken}", "status 304 and its headers, no more")


@task(3)
def each_field_is_named(app: App) -> None:
    """a request that isn't valid is 422 invalid, and details name each field

    A form shows each message beside its field; one sentence for all can't be taken apart.
    """
    answer = app.post(USERS, {"name": "bob", "email": "bob@example.com"})
    is_error(answer, 422, "invalid")
    assert answer["error"]["details"] == names("password", "password_again")
    answer = app.get(f"{TODOS}?page=0&size=0")
    is_error(answer, 422, "invalid")
    assert answer["error"]["details"] == names("page", "size")


@task(3)
def our_own_rules_are_422(app: App) -> None:
    """what a validator of your own refuses is 422 too

    Its ValueError stands in ctx as an object, which JSON can't say: take what you need.
    """
    answer = app.post(USERS, person(password_again=SECOND))
    is_error(answer, 422, "invalid")


@task(3, lasting=True)
def nothing_is_echoed(app: App) -> None:
    """a 422 repeats nothing of what was sent

    Pydantic's errors hold the input, passwords too; answers end in logs and screenshots.
    """
    for body in (person(password_again=SECOND), person(name="x"), person(password="hunter2")):
        answer = app.post(USERS, body)
        is_error(answer, 422, "invalid")
        assert FIRST not in answer.content
        assert SECOND not in answer.content
        assert "hunter2" not in answer.content
    answer = app.post(TODOS, {"title": ["a private note"]})
    is_error(answer, 422, "invalid")
    assert "a private note" not in answer.content


@task(3)
def nan_is_422(app: App) -> None:
    """a field with NaN, or with half a character, is 422

    Python's JSON reads both, but an answer can't be written with either: repeat nothing.
    """
    json = {"headers": {"Content-Type": "application/json"}}
    nan = app.request("POST", TODOS, content=b'{"title": "Buy milk", "priority": NaN}', **json)
    is_error(nan, 422, "invalid")
    half = app.request("POST", TODOS, content=b'{"title": "Buy milk \\ud800"}', **json)
    is_error(half, 422, "invalid")


@task(4)
def a_fault_tells_nothing(start_app: Callable[..., App]) -> None:
    """an exception that nobody expected is 500 internal_error, and tells nothing of itself

    str(exc) may hold a row, a path, a password: it is for your log, not for whoever asked.
    """
    app = start_app(routes=["fail"])
    answer = app.get("/check/fail", note='it raises Planned("what a handler did not expect")')
    is_error(answer, 500, "internal_error")
    for told in ("what a handler did not expect", "Planned", "Traceback"):
        assert told not in answer.content


@task(4, lasting=True)
def a_browser_reads_a_500(start_app: Callable[..., App]) -> None:
    """a 500 passes the outer layers: a page may read it, and it has its id

    A handler for Exception answers outside all layers; a browser calls that a CORS error.
    """
    app = start_app(routes=["fail"], cors_origins=PAGE)
    page = {"headers": {"Origin": PAGE}, "note": f"from a page of {PAGE}"}
    answer = app.get("/check/fail", **page)
    is_error(answer, 500, "internal_error")
    assert answer.header(ALLOWED) == PAGE
    assert answer.header(ID) == a_text
    assert answer["error"]["request_id"] == answer.header(ID)


@task(4)
def a_fault_is_logged_once(start_app: Callable[..., App]) -> None:
    """a fault leaves one traceback in the log

    Without it nobody finds the line; raised again, the server logs the same one once more.
    """
    app = start_app(routes=["fail"])
    assert app.get("/check/fail").status == 500
    assert app.tracebacks == 1


@task(4)
def the_log_has_the_bodys_id(start_app: Callable[..., App]) -> None:
    """the record of a fault carries the id that the answer shows

    "It failed, with 4f7c…": that has to find the traceback, or the id is worth nothing.
    """
    app = start_app(routes=["fail"])
    answer = app.get("/check/fail")
    assert answer.status == 500
    record = Seen("the traceback's record", app.faults)[0]
    assert record["request_id"] == answer["error"]["request_id"]


@task(4)
@pytest.mark.parametrize("path", ["/check/model", "/check/answer"])
def a_bug_is_never_422(start_app: Callable[..., App], path: str) -> None:
    """a model that the server itself fills wrongly is 500, not 422

    422 says "mend your request"; only RequestValidationError is about what a client sent.
    """
    app = start_app(routes=["misuse"])
    answer = app.get(path, note="its handler fills a model wrongly")
    assert answer.status == 500
    assert "only the server knows" not in answer.content


@task(4)
def a_broken_stream_breaks_off(start_app: Callable[..., App]) -> None:
    """a fault halfway through an answer breaks the connection off

    The status is out: no second answer can be sent, and a clean end says "that was all".
    """
    app = start_app(routes=["stream"])
    slow = app.begin("GET", "/check/break", note="it raises after the first part")
    app.reached(by=slow)
    app.let_go()
    broken_off(slow.answer())
    if second := app.raised:
        raise Unmet(f"your code raised {second}", "the exception that there was, raised again")


@task(5, lasting=True)
def a_duplicate_under_a_race_is_409(app: App) -> None:
    """of two who register the same e-mail at once, one gets 201, the other 409

    Both looked before either wrote: only the database sees both, and only at the INSERT.
    """
    with app.locked():
        both = [
            app.begin("POST", USERS, json=person(name, email="bob@example.com"))
            for name in ("bob", "robert")
        ]
        app.begun("INSERT INTO users", by=both[0])
        app.begun("INSERT INTO users", by=both[1], times=2)
        app.scene.then("two registrations of bob@example.com wait to write; it lets go")
    first, second = (one.answer() for one in both)
    if first.status == 201:
        app.focus(-1)
        is_error(second, 409, "conflict")
    else:
        app.focus(-2)
        is_error(first, 409, "conflict")
        assert second.status == 201


@task(5)
def a_bug_is_no_conflict(start_app: Callable[..., App]) -> None:
    """a row that lacks a column is a bug, so 500, though it is an IntegrityError too

    A handler for every IntegrityError blames the client for what only you can mend.
    """
    app = start_app(routes=["misuse"])
    answer = app.get("/check/row", note="its handler forgets the password_hash")
    is_error(answer, 500, "internal_error")


@task(5, lasting=True)
@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def a_moved_row_is_409(app: App, method: str) -> None:
    """a todo that somebody changed between your reading and your writing is 409 conflict

    Written all the same, their change would be gone, and nobody would ever be told.
    """
    made = app.post(TODOS, {"title": "Buy milk"})
    assert made.status == 201
    number = made["id"].value
    with app.locked() as lock:
        body = {"title": "Buy eggs"} if method == "PATCH" else None
        slow = app.begin(method, f"{TODOS}/{number}", json=body)
        app.begun("UPDATE todos" if body else "DELETE FROM todos", by=slow)
        told = "it has read the todo; before it writes, somebody else changes the title"
        lock.change("todos", number, told, title="Buy bread", version=2)
    is_error(slow.answer(), 409, "conflict")
    assert app.stored("title") == ["Buy bread"]


@task(5)
def the_next_request_works(app: App) -> None:
    """after a conflict the next request works, and every connection went back

    A session that failed can't be used again: it has to end with the request it failed in.
    """
    assert app.post(USERS, person()).status == 201
    assert app.post(USERS, person()).status == 409
    assert app.post(USERS, person("carla")).status == 201
    assert app.held_connections == 0
