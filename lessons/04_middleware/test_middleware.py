"""The checks of lesson 04. Read them: they are the specification."""

import re
import time
from collections.abc import Callable

from workshop.checks import Answer, App, Like, Seen, Unmet, one_of, task

LIVE = "/health/live"
TODOS = "/api/v1/todos"
ID = "X-Request-ID"
ACCESS = "todo_api.access"
HANDLER = ("todo_api.check", "what the handler logged")
HALF = "the first part is out; the check keeps the rest back"
PAGE = "https://todo.example.com"
FOREIGN = "https://elsewhere.example"
ALLOWED = "Access-Control-Allow-Origin"

an_id = Like(
    "1 to 64 letters, digits and hyphens",
    lambda value: (
        value != "missing" and re.fullmatch(r"[A-Za-z0-9-]{1,64}", str(value)) is not None
    ),
)
milliseconds = Like(
    "milliseconds",
    lambda value: isinstance(value, int | float) and not isinstance(value, bool) and value >= 0,
)
few = Like("fewer than 30", lambda value: value < 30)


def with_id(value: str) -> dict[str, object]:
    return {"headers": {ID: value}, "note": f"{ID}: {value}"}


def from_page(origin: str, setting: str = "") -> dict[str, object]:
    note = f"from a page of {origin}"
    note += f", TODO_CORS_ORIGINS={setting}" if setting else ""
    return {"headers": {"Origin": origin}, "note": note}


def preflight(app: App, method: str, headers: str = "authorization, content-type") -> Answer:
    """What a browser asks before it lets a page send `method` with these headers."""
    asking = {"Origin": PAGE, "Access-Control-Request-Method": method}
    asking["Access-Control-Request-Headers"] = headers
    note = f"{PAGE} asks for {method}, with {headers}"
    return app.request("OPTIONS", TODOS, headers=asking, note=note, anonymous=True)


def permits(answer: Answer, method: str, headers: str = "authorization, content-type") -> None:
    """As a browser reads a preflight's answer; the rest of `answer` doesn't matter to it."""
    assert answer.status == one_of(200, 204)
    assert answer.header(ALLOWED) == Like(PAGE, lambda value: value in (PAGE, "*"))
    assert answer.header("Access-Control-Allow-Methods") == listing(method)
    assert answer.header("Access-Control-Allow-Headers") == listing(*headers.split(", "))


def listing(*names: str) -> Like:
    """A header that lists these names, among others, in any case."""

    def lists(value: str) -> bool:
        there = {one.strip().lower() for one in value.split(",")}
        return {name.lower() for name in names} <= there

    return Like(f"a list with {', '.join(names)}", lists)


def recorded(app: App, count: int) -> Seen:
    """The access log's records, once there are so many. Raises Unmet."""
    if app.raised:
        raise Unmet(f"your code raised {app.raised}", "a record, and no exception")
    records = app.logged(ACCESS)
    if records == []:
        raise Unmet("no log record", "a record of `logger`, at level INFO")
    assert records.length == count
    return records


def spend(app: App, count: int) -> None:
    """Use up a limit."""
    for _ in range(count):
        assert app.get(LIVE).status == 200


def forwarded(address: str, proxies: str = "127.0.0.1") -> dict[str, object]:
    note = f"X-Forwarded-For: {address}, TODO_TRUSTED_PROXIES={proxies}"
    return {"headers": {"X-Forwarded-For": address}, "note": note}


@task(1, lasting=True)
def every_answer_has_an_id(app: App) -> None:
    """every answer has an X-Request-ID, and each its own

    "It failed with 4f7c…" finds the request in the log; "it failed at noon" does not.
    """
    first = app.get(LIVE)
    if first.status == 500 and not app.raised:
        raise Unmet(
            "status 500: no answer came through the layers",
            "status 200",
            "A message ends where nobody passes it on: await send(message), whatever its type.",
        )
    assert first.status == 200
    assert first.header(ID) == an_id
    second = app.get("/api/v1/nothing")
    assert second.status == 404
    assert second.header(ID) == an_id
    if first.header(ID) == second.header(ID):
        app.focus(0, 1)
        raise Unmet("both answers have the same X-Request-ID", "an id of its own for each")


@task(1)
def a_handlers_log_has_the_id(start_app: Callable[..., App]) -> None:
    """what a handler and its dependencies log carries the request's id

    Nobody hands it on to them: a context variable holds it, for this request alone.
    """
    app = start_app(routes=["speak"])
    answer = app.get("/check/speak")
    assert answer.status == 200
    records = app.logged("todo_api.check", "what they logged")
    assert records[0]["request_id"] == answer.header(ID)
    assert records[1]["request_id"] == answer.header(ID)


@task(1)
def overlapping_requests_keep_theirs(start_app: Callable[..., App]) -> None:
    """requests that overlap keep their own ids

    A layer is one object for all requests: what stands in self, the next one overwrites.
    """
    app = start_app(routes=["wait"])
    slow = app.begin("GET", "/check/wait")
    app.reached(by=slow)
    other = app.get(LIVE, during="the first request waits")
    app.let_go()
    answer = slow.answer()
    if answer.header(ID) == other.header(ID):
        raise Unmet("both answers have the same X-Request-ID", "an id of its own for each")
    assert app.logged(*HANDLER)[0]["request_id"] == answer.header(ID)


@task(1)
def a_harmless_id_is_kept(app: App) -> None:
    """an id that the client sends is kept, where it is harmless

    A proxy or another service gave it: one id follows the request through all of them.
    """
    sent = "checkout-" + "7" * 55
    answer = app.get(LIVE, **with_id(sent))
    assert answer.status == 200
    assert answer.header(ID) == sent


@task(1)
def an_endless_id_is_replaced(app: App) -> None:
    """an id of more than 64 characters is replaced

    It stands in every log line of its request: a long one fills the disk for its sender.
    """
    sent = "7" * 65
    answer = app.get(LIVE, headers={ID: sent}, note=f"{ID}: 65 digits")
    assert answer.status == 200
    assert answer.header(ID) == an_id


@task(1)
def an_id_with_a_line_break_is_replaced(start_app: Callable[..., App]) -> None:
    """an id with anything but letters, digits and hyphens is replaced, in the log too

    With a line break in it, whoever sends it writes lines of their own into your log.
    """
    app = start_app(routes=["speak"])
    answer = app.get("/check/speak", **with_id("7\x85INFO admin logged in"))
    assert answer.status == 200
    assert answer.header(ID) == an_id
    assert app.logged(*HANDLER)[0]["request_id"] == an_id


@task(2)
def one_record_a_request(app: App) -> None:
    """each request leaves one record, with its method and its status

    Fields can be counted and searched; a sentence has to be taken apart first.
    """
    assert app.get(f"{TODOS}/7", anonymous=True).status == 401
    records = recorded(app, 1)
    assert records[0]["method"] == "GET"
    assert records[0]["status"] == 401
    assert app.request("PUT", LIVE).status == 405
    records = recorded(app, 2)
    assert records[1]["method"] == "PUT"
    assert records[1]["status"] == 405


@task(2)
def route_not_path(app: App) -> None:
    """a record names the route, not the path that was asked for

    A path is the client's text, decoded: a line break in it would be one in your log.
    """
    assert app.get(f"{TODOS}/7", anonymous=True).status == 401
    assert recorded(app, 1)[0]["route"] == "/api/v1/todos/{todo_id}"
    assert app.get("/nothing%0aINFO%20admin%20logged%20in").status == 404
    assert recorded(app, 2)[1]["route"] == "-"


@task(2, lasting=True)
def a_raising_handler_is_logged(start_app: Callable[..., App]) -> None:
    """a request whose handler raises leaves its record too, with status 500

    The requests that fail are those you look for; and the exception goes on, to be logged.
    """
    app = start_app(routes=["fail"])
    assert app.get("/check/fail").status == 500
    records = recorded(app, 1)
    assert records[0]["status"] == 500
    if not app.traced:
        raise Unmet(
            "the exception ended in a layer, and nobody logs its traceback",
            "the exception goes on",
            "The server logs what reaches it: without a traceback nobody finds the fault.",
        )


@task(2)
def first_byte_and_total_differ(start_app: Callable[..., App]) -> None:
    """a record has the time until the answer began, and until it ended

    A stream that begins at once and trickles for a minute is slow: only the end shows it.
    """
    app = start_app(routes=["stream"])
    slow = app.begin("GET", "/check/stream")
    app.reached(by=slow, told=HALF)
    time.sleep(0.05)  # not a measurement: the least by which the two must differ
    app.let_go()
    assert slow.answer().status == 200
    record = recorded(app, 1)[0]
    assert record["first_ms"] == milliseconds
    assert record["total_ms"] == milliseconds
    if record["total_ms"].value - record["first_ms"].value < 20:
        raise Unmet(
            "first_ms and total_ms are less than 20 apart",
            "total_ms: at least 20 more than first_ms",
            "The rest was kept back for 50 ms: total_ms counts milliseconds, to the answer's end.",
        )
    assert record["whole"] == True  # noqa: E712  JSON's true


@task(2)
def a_broken_stream_is_not_whole(start_app: Callable[..., App]) -> None:
    """an answer that breaks off halfway leaves a record that says so

    The status was sent before it broke: 200 alone would tell you that all went well.
    """
    app = start_app(routes=["stream"])
    slow = app.begin("GET", "/check/break")
    app.reached(by=slow, told=HALF)
    app.let_go()
    slow.answer()
    app.scene.then("the handler raised, and the connection broke off")
    records = recorded(app, 1)
    assert records[0]["status"] == 200
    assert records[0]["whole"] == False  # noqa: E712  JSON's false


@task(2)
def a_client_that_leaves_is_logged(start_app: Callable[..., App]) -> None:
    """a request whose client leaves before the end leaves a record too

    People leave what is slow; where their requests have no record, the log looks fast.
    """
    app = start_app(routes=["stream"])
    visitor = app.visit("/check/stream")
    app.reached(by=visitor, told=HALF)
    app.leave(visitor)
    records = recorded(app, 1)
    assert records[0]["whole"] == False  # noqa: E712  JSON's false


@task(2)
def a_body_still_arrives(app: App) -> None:
    """a request's body reaches its handler

    receive gives each part of a body once: what a layer reads, the handler waits for.
    """
    person = {"email": "bob@example.com", "name": "bob"}
    passwords = {"password": "correct horse battery", "password_again": "correct horse battery"}
    answer = app.post("/api/v1/users", {**person, **passwords})
    if answer.problem:
        raise Unmet(answer.problem.got, "status 201")
    assert answer.status == 201


@task(2)
def a_handler_sees_its_client_leave(start_app: Callable[..., App]) -> None:
    """a handler can find out that its client has left

    Work that nobody waits for any more can stop; receive is where a handler hears of it.
    """
    app = start_app(routes=["look"])
    visitor = app.visit("/check/look")
    app.reached(by=visitor, told="its handler looks whether the client is there")
    app.leave(visitor)
    seen = app.saw_leaving
    if seen == "found out":
        return
    line = next(iter(app.behind), None)
    why = "BaseHTTPMiddleware stands between, and handlers never hear of it; ASGI passes it on."
    raise Unmet(repr(seen), "the handler found out", why if line else None, line)


@task(3, lasting=True)
def a_preflight_with_authorization_passes(start_app: Callable[..., App]) -> None:
    """a browser may send JSON with a token, from an origin in TODO_CORS_ORIGINS

    It asks first: may this page send these headers? Without a yes it sends nothing.
    """
    app = start_app(cors_origins=f"https://first.example,{PAGE}")
    permits(preflight(app, "POST"), "POST")
    asked = "authorization, content-type, if-match, x-request-id"
    permits(preflight(app, "POST", asked), "POST", asked)


@task(3)
def patch_and_delete_pass(start_app: Callable[..., App]) -> None:
    """a browser may send PATCH and DELETE

    Only GET, HEAD and POST need no permission of their own; the rest does.
    """
    app = start_app(cors_origins=PAGE)
    for method in ("PATCH", "DELETE"):
        permits(preflight(app, method), method)


@task(3)
def a_foreign_origin_gets_nothing(start_app: Callable[..., App]) -> None:
    """a page of any other origin is given no permission

    A permission for all lets any page in a user's browser read what you answer there.
    """
    app = start_app(cors_origins=PAGE)
    assert app.get(LIVE, **from_page(PAGE)).header(ALLOWED) == PAGE
    foreign = app.get(LIVE, **from_page(FOREIGN, PAGE)).header(ALLOWED)
    if foreign.value in (FOREIGN, "*"):
        raise Unmet(repr(foreign), f"header {ALLOWED} missing")


@task(3)
def an_origin_is_matched_whole(start_app: Callable[..., App]) -> None:
    """a part of an allowed origin is not that origin

    In a str `in` finds any part of it; in a list only the whole. The part is another's.
    """
    app = start_app(cors_origins=PAGE)
    assert app.get(LIVE, **from_page(PAGE)).header(ALLOWED) == PAGE
    part = PAGE.removesuffix(".com")
    foreign = app.get(LIVE, **from_page(part, PAGE)).header(ALLOWED)
    if foreign.value in (part, "*"):
        raise Unmet(repr(foreign), f"header {ALLOWED} missing")


@task(3)
def a_slash_after_an_origin_does_no_harm(start_app: Callable[..., App]) -> None:
    """a slash at the end of an origin in the settings does no harm

    It comes along from an address bar; the Origin that a browser sends never has one.
    """
    app = start_app(cors_origins=f"{PAGE}/")
    answer = app.get(LIVE, **from_page(PAGE, f"{PAGE}/"))
    assert answer.status == 200
    assert answer.header(ALLOWED) == PAGE


@task(3)
def no_wildcard_with_credentials(start_app: Callable[..., App]) -> None:
    """TODO_CORS_ORIGINS=* never comes with permission to send cookies

    Together they let every page ask as whoever is logged in in that browser.
    """
    app = start_app(cors_origins="*")
    answer = app.get(LIVE, **from_page(FOREIGN, "*"))
    assert answer.status == 200
    credentials = answer.header("Access-Control-Allow-Credentials")
    if credentials == "true":
        raise Unmet(repr(credentials), "header Access-Control-Allow-Credentials missing")


@task(3)
def our_headers_are_exposed(start_app: Callable[..., App]) -> None:
    """a page may read X-Request-ID, Retry-After, Location and ETag

    A browser shows a page only a few plain headers; any other must be named to be seen.
    """
    app = start_app(cors_origins=PAGE)
    answer = app.get(LIVE, **from_page(PAGE))
    assert answer.status == 200
    exposed = answer.header("Access-Control-Expose-Headers")
    if exposed != "*":
        assert exposed == listing(ID, "Retry-After", "Location", "ETag")


@task(4, lasting=True)
def one_too_many_is_429(start_app: Callable[..., App]) -> None:
    """one request more than TODO_RATE_LIMIT_PER_MINUTE is answered with 429

    Without a limit one client's loop takes what all the others need.
    """
    app = start_app(rate_limit_per_minute=3)
    spend(app, 3)
    fourth = app.get(LIVE, note="the fourth, TODO_RATE_LIMIT_PER_MINUTE=3")
    if fourth.status == 500 and app.raised.partition(":")[0] in ("", "HTTPException"):
        raise Unmet(
            repr(fourth.status),
            "status 429",
            "Nothing turns an exception into an answer out here: a layer sends a response itself.",
        )
    assert fourth.status == 429


@task(4)
def a_refused_request_goes_no_further(start_app: Callable[..., App]) -> None:
    """a request that is refused doesn't reach its handler

    The answer alone saves nothing: after it, the layer must not call the app inside too.
    """
    app = start_app(routes=["speak"], rate_limit_per_minute=1)
    assert app.get("/check/speak").status == 200
    lines = app.logged(*HANDLER).length
    assert app.get("/check/speak").status == 429
    assert app.logged(*HANDLER).length == lines


@task(4)
def retry_after_is_whole_seconds(start_app: Callable[..., App]) -> None:
    """a 429 says after how many whole seconds to come back

    Clients wait as long as it says; one that they can't read is as good as none.
    """
    app = start_app(rate_limit_per_minute=3)
    spend(app, 3)
    answer = app.get(LIVE)
    assert answer.status == 429
    whole = Like("a whole number, 1 or more", lambda value: re.fullmatch(r"[1-9]\d*", value))
    assert answer.header("Retry-After") == whole


@task(4)
def who_waits_that_long_may_come_back(start_app: Callable[..., App]) -> None:
    """whoever waits as long as Retry-After says is let in

    Rounded down it is a second too early: who does as told is refused again.
    """
    app = start_app(rate_limit_per_minute=3)
    spend(app, 3)
    refused = app.get(LIVE, note="at once")
    assert refused.status == 429
    seconds = refused.header("Retry-After").value
    app.put_forward(int(seconds), f"{seconds} seconds went by on the app's clock")
    again = app.get(LIVE, note="later")
    app.focus(-2, -1)
    assert again.status == 200


@task(4)
def each_address_counts_alone(start_app: Callable[..., App]) -> None:
    """each client address has a limit of its own

    All who come through a proxy have its address; its X-Forwarded-For tells their own.
    """
    app = start_app(rate_limit_per_minute=2, trusted_proxies="127.0.0.1")
    app.crowd(["198.51.100.1"] * 2, LIVE)
    assert app.get(LIVE, **forwarded("198.51.100.1")).status == 429
    assert app.get(LIVE, **forwarded("198.51.100.2")).status == 200


@task(4)
def a_forged_address_changes_nothing(start_app: Callable[..., App]) -> None:
    """X-Forwarded-For is believed only from a proxy in TODO_TRUSTED_PROXIES

    Anybody can write a header, and a new address with each request would have no limit.
    """
    app = start_app(rate_limit_per_minute=2)
    for place in (1, 2):
        assert app.get(LIVE, **forwarded(f"198.51.100.{place}", "")).status == 200
    assert app.get(LIVE, **forwarded("198.51.100.3", "")).status == 429


@task(4)
def a_forged_hop_changes_nothing(start_app: Callable[..., App]) -> None:
    """what a client writes into X-Forwarded-For itself is not its address

    A proxy adds whom it was asked by at the end; what stands before came with the request.
    """
    app = start_app(rate_limit_per_minute=2, trusted_proxies="127.0.0.1")
    for place in (1, 2):
        assert app.get(LIVE, **forwarded(f"192.0.2.{place}, 198.51.100.7")).status == 200
    assert app.get(LIVE, **forwarded("192.0.2.3, 198.51.100.7")).status == 429


@task(4)
def addresses_are_forgotten(start_app: Callable[..., App]) -> None:
    """an address that stays away for a minute is forgotten

    What is kept for every address that ever came grows until the memory is full.
    """
    app = start_app(rate_limit_per_minute=1, trusted_proxies="127.0.0.1")
    crowd = [f"198.18.{place // 250}.{place % 250}" for place in range(300)]
    app.crowd(crowd[:1], LIVE)
    assert app.get(LIVE, **forwarded(crowd[0])).status == 429
    app.crowd(crowd[1:], LIVE)
    app.put_forward(120, "two minutes went by on the app's clock")
    assert app.get(LIVE, **forwarded("198.51.100.1")).status == 200
    assert app.remembered(crowd, "addresses of 300 that the app still holds") == few


@task(4)
def zero_is_off(app: App) -> None:
    """without TODO_RATE_LIMIT_PER_MINUTE nobody is limited

    Its default is 0, which means no limit: not "no request".
    """
    assert app.crowd(["198.51.100.1"] * 50, LIVE) == [200]


@task(5)
def preflights_are_not_counted(start_app: Callable[..., App]) -> None:
    """a browser's preflights don't count against the limit

    The page didn't send them and can't do without: counted, they halve what it may ask.
    """
    app = start_app(cors_origins=PAGE, rate_limit_per_minute=2)
    for _ in range(3):
        assert preflight(app, "POST").status == one_of(200, 204)
    assert app.get(LIVE, **from_page(PAGE)).status == 200


@task(5, lasting=True)
def a_browser_reads_401_404_422_429(start_app: Callable[..., App]) -> None:
    """a page may read refusals too: 401, 404, 422 and 429

    Without permission a page learns only that something failed: no status, no reason.
    """
    app = start_app(cors_origins=PAGE)
    answers = {
        401: app.get("/api/v1/users/me", anonymous=True, **from_page(PAGE)),
        404: app.get("/api/v1/nothing", **from_page(PAGE)),
        422: app.post("/api/v1/users", {"name": "bob"}, **from_page(PAGE)),
    }
    for place, (status, answer) in enumerate(answers.items()):
        app.focus(place)
        assert answer.status == status
        assert answer.header(ALLOWED) == PAGE
    limited = start_app(cors_origins=PAGE, rate_limit_per_minute=1, beside=app)
    assert limited.get(LIVE, **from_page(PAGE)).status == 200
    answer = limited.get(LIVE, **from_page(PAGE))
    limited.focus(-1)
    assert answer.status == 429
    assert answer.header(ALLOWED) == PAGE


@task(5)
def a_429_has_id_and_record(start_app: Callable[..., App]) -> None:
    """a 429 has an id, and a record with that id

    Refusals are what users ask about; the ones that left no trace can't be explained.
    """
    app = start_app(rate_limit_per_minute=1)
    assert app.get(LIVE).status == 200
    answer = app.get(LIVE)
    assert answer.status == 429
    assert answer.header(ID) == an_id
    records = recorded(app, 2)
    assert records[1]["status"] == 429
    assert records[1]["request_id"] == answer.header(ID)


@task(5)
def a_preflight_has_id_and_record(start_app: Callable[..., App]) -> None:
    """a preflight has an id and a record, as every request has

    CORS answers it without asking what stands inside: the log must stand outside.
    """
    app = start_app(cors_origins=PAGE)
    answer = preflight(app, "POST")
    assert answer.status == one_of(200, 204)
    assert answer.header(ID) == an_id
    records = recorded(app, 1)
    assert records[0]["method"] == "OPTIONS"
    assert records[0]["request_id"] == answer.header(ID)
