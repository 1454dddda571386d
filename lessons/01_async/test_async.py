"""The checks of lesson 01. Read them: they are the specification."""

from collections.abc import Callable

import pytest

from workshop.checks import App, Unmet, Upstream, a_number, an_instant, task

DASHBOARD = "/api/v1/dashboard"
TODOS = "/api/v1/todos"
MILK = {
    "title": "Buy milk",
    "notes": "two litres",
    "priority": 2,
    "due_at": "2030-01-31T18:00:00Z",
}


@task(1)
def an_upstream_answer_is_passed_on(
    start_app: Callable[..., App], upstream: Callable[..., Upstream]
) -> None:
    """the dashboard shows what an upstream answered

    The client asks this API alone; what an upstream knows reaches it through here.
    """
    weather = upstream("weather", {"sky": "clear"})
    answer = start_app(upstreams=[weather]).get(DASHBOARD)
    assert answer.status == 200
    assert answer["weather"] == {"sky": "clear"}


@task(1, lasting=True)
def a_held_upstream_holds_nobody(
    start_app: Callable[..., App], upstream: Callable[..., Upstream]
) -> None:
    """other requests are answered while an upstream is slow, or fails

    One loop serves every client, so nobody's wait may become everybody's.
    """
    weather = upstream("weather", {"error": "out of order"}, status=503, hold=True)
    app = start_app(upstreams=[weather])
    slow = app.begin("GET", DASHBOARD)
    weather.asked(by=slow)
    live = app.get("/health/live", during="the upstream's answer was kept back")
    assert live.status == 200
    weather.release()
    slow.answer()
    app.never_slept()


@task(1)
@pytest.mark.parametrize("status", [500, 404])
def an_upstream_error_is_no_answer(
    start_app: Callable[..., App], upstream: Callable[..., Upstream], status: int
) -> None:
    """an upstream's error is never shown as its answer

    An error with a body is still an error: raise it, or a client takes it for weather.
    """
    weather = upstream("weather", {"error": "out of order"}, status=status)
    asking = start_app(upstreams=[weather]).begin("GET", DASHBOARD)
    weather.asked(by=asking)
    assert "out of order" not in asking.answer().content


@task(2)
def ready_once_the_database_answers(app: App) -> None:
    """the app is ready once its database answers

    A load balancer sends clients here as soon as this says yes.
    """
    answer = app.get("/health/ready")
    assert answer.status == 200
    assert answer["status"] == "ready"


@task(2)
def nothing_opens_at_import(app: App) -> None:
    """the database is opened when the app starts, not when it is imported

    What is made at import is made before the settings are known, for all who only look.
    """
    assert app.get("/health/ready").status == 200
    assert app.opened_early == "not opened"


@task(2)
def the_list_reads_the_file_in_the_settings(app: App) -> None:
    """the list shows what is in the database that the settings name

    Which database an app uses is for its settings to say: on each machine it is another.
    """
    assert app.get(TODOS).status == 200, "On SQLite the app makes its tables when it starts."
    app.insert("todos", title="Water the plants")
    answer = app.get(TODOS)
    assert answer.status == 200
    assert answer["items"][0]["title"] == "Water the plants"


@task(2)
def todos_outlive_the_app(start_app: Callable[..., App]) -> None:
    """todos are still there when the app is started again

    A start makes the tables that are missing, and leaves alone what it finds.
    """
    before = start_app()
    assert before.get(TODOS).status == 200
    before.stop()
    before.insert("todos", title="Water the plants")
    again = start_app(beside=before, database_url=f"sqlite+aiosqlite:///{before.database}")
    assert again.get(TODOS, note="after another start")["items"].length == 1


@task(2)
def two_apps_read_two_files(start_app: Callable[..., App]) -> None:
    """two apps with two databases share nothing

    An engine that belongs to the module belongs to every app; each lifespan opens its own.
    """
    first = start_app()
    second = start_app(beside=first)
    first.insert("todos", title="In the first app's database")
    assert first.get(TODOS, note="the first app")["items"].length == 1
    other = second.get(TODOS, note="the second app")
    second.focus(0, -1)
    assert other["items"].length == 0


@task(2)
def a_stopped_app_has_closed_its_connections(app: App) -> None:
    """what the app opened is closed when the app stops

    What the lifespan opens before its yield it closes after it: nobody else will.
    """
    assert app.get("/health/ready").status == 200
    app.stop()
    connections = app.connections
    assert connections == connections.all_closed


@task(3)
def a_second_connection_sees_it(app: App) -> None:
    """a new todo is in the database once it is answered

    Until a commit a row is seen by its own session alone, and gone with it.
    """
    app.post(TODOS, {"title": "Buy milk"})
    assert app.stored("title") == ["Buy milk"]


@task(3, lasting=True)
def a_new_todo_is_201_and_whole(app: App) -> None:
    """a new todo is answered with 201 and all its fields

    A client shows what was answered, not what it sent; id and times come from here.
    """
    answer = app.post(TODOS, MILK)
    assert answer.status == 201, "201 tells a client that something new exists; 200 does not."
    for name, value in MILK.items():
        assert answer[name] == value
    assert answer["id"] == a_number
    assert answer["completed"] == False  # noqa: E712  JSON's false, which null is not
    assert answer["created_at"] == an_instant
    assert answer["updated_at"] == an_instant


@task(3)
def a_deleted_row_is_gone_for_a_second_connection(app: App) -> None:
    """a deleted todo is gone from the database once it is answered

    A delete, too, is only a wish until it is committed.
    """
    milk = app.post(TODOS, {"title": "Buy milk"})
    assert milk.status == 201
    assert app.post(TODOS, {"title": "Water the plants"}).status == 201
    answer = app.delete(f"{TODOS}/{milk['id'].value}")
    assert answer.status == 204, "204 says that it is done; 404 is for a todo that isn't there."
    left = app.stored("title")
    assert "Water the plants" in left, "What goes is the todo with this id; the others stay."
    assert "Buy milk" not in left


@task(3, lasting=True)
def deleting_twice_is_404(app: App) -> None:
    """deleting a todo that is gone is answered with 404

    404 tells a client that there is nothing here, and that asking again will not help.
    """
    milk = app.post(TODOS, {"title": "Buy milk"})
    assert milk.status == 201
    path = f"{TODOS}/{milk['id'].value}"
    assert app.delete(path).status == 204
    assert app.delete(path).status == 404


@task(3)
def every_session_is_closed(app: App) -> None:
    """once a request is answered, its session is closed

    async with closes a session; one left open keeps its connection, until none is left.
    """
    milk = app.post(TODOS, {"title": "Buy milk"})
    assert milk.status == 201
    assert app.held_connections == 0
    path = f"{TODOS}/{milk['id'].value}"
    for status in (204, 404):
        assert app.delete(path).status == status
        assert app.held_connections == 0


@task(3, lasting=True)
def a_waiting_write_holds_nobody(app: App) -> None:
    """other requests are answered while a write waits for the database

    SQLite lets one write in at a time; whoever waits for it in the loop holds everyone.
    """
    with app.locked():
        slow = app.begin("POST", TODOS, json={"title": "Buy milk"})
        app.begun("INSERT INTO todos", by=slow)
        live = app.get("/health/live", during="the write lock was held")
        assert live.status == 200
    assert slow.answer().status == 201


@task(3)
def what_could_not_be_kept_is_no_201(app: App) -> None:
    """a todo that could not be kept is not answered with 201

    The commit comes before the answer, and what it raises is not hidden.
    """
    assert app.post(TODOS, {"title": "Buy milk"}).status == 201
    with app.failing_commits():
        answer = app.post(TODOS, {"title": "Water the plants"})
        if answer.status == 201:
            raise Unmet("status 201", "status 500, or another that is no success")


@task(4)
def no_upstreams_no_answers(app: App) -> None:
    """a dashboard without upstreams is empty

    Until TODO_UPSTREAMS names one there is none: this is what the app shows at first.
    """
    answer = app.get(DASHBOARD)
    assert answer.status == 200
    assert answer.body == {}


@task(4)
def the_second_is_asked_while_the_first_waits(
    start_app: Callable[..., App], upstream: Callable[..., Upstream]
) -> None:
    """all upstreams are asked at once

    One after another takes the sum of their times; at once, the time of the slowest.
    """
    weather, news = upstream("weather", hold=True), upstream("news", hold=True)
    app = start_app(upstreams=[weather, news])
    slow = app.begin("GET", DASHBOARD)
    weather.asked(by=slow)
    news.asked(by=slow, meanwhile='"weather" was kept back')
    news.release()
    assert news.in_flight == 0
    app.get("/health/live")  # answered when the app has taken in what came before it
    weather.release()
    answer = slow.answer()
    app.focus(0)
    assert answer.body == {"weather": {"from": "weather"}, "news": {"from": "news"}}, (
        "Both came in time, the second one first: each stands under its own name."
    )


@task(4, lasting=True)
def one_failure_leaves_the_rest(
    start_app: Callable[..., App], upstream: Callable[..., Upstream]
) -> None:
    """an upstream that answers an error or can't be reached is null, and the others stand

    A dashboard with a gap is of use; an error page for one failed part of it is not.
    """
    weather, gone = upstream("weather", {"sky": "clear"}), upstream("gone")
    news = upstream("news", {"error": "out of order"}, status=500)
    gone.close()
    answer = start_app(upstreams=[weather, news, gone]).get(DASHBOARD)
    assert answer.status == 200
    assert answer.body == {"weather": {"sky": "clear"}, "news": None, "gone": None}


@task(4)
def what_is_not_json_is_null(
    start_app: Callable[..., App], upstream: Callable[..., Upstream]
) -> None:
    """an upstream that answers something other than JSON is null, and the others stand

    A 200 may be an error page: response.json() raises ValueError, one more failure.
    """
    weather = upstream("weather", {"sky": "clear"})
    news = upstream("news", b"<html>Back soon</html>")
    answer = start_app(upstreams=[weather, news]).get(DASHBOARD)
    assert answer.status == 200
    assert answer.body == {"weather": {"sky": "clear"}, "news": None}


@task(4)
def a_silent_one_is_null(start_app: Callable[..., App], upstream: Callable[..., Upstream]) -> None:
    """an upstream that stays silent past its deadline is null, and the others stand

    Without a deadline of yours a client waits for as long as the slowest upstream likes.
    """
    weather, news = upstream("weather", {"sky": "clear"}), upstream("news", hold=True)
    # Sat out, not skipped: from outside nobody sees when a thread has handed over what came.
    answer = start_app(upstreams=[weather, news], upstream_timeout=0.5).get(DASHBOARD)
    assert answer.status == 200
    assert answer.body == {"weather": {"sky": "clear"}, "news": None}, (
        "A deadline for all together throws away what came in time; each has one of its own."
    )


@task(4)
def the_deadline_comes_from_the_settings(
    start_app: Callable[..., App], upstream: Callable[..., Upstream]
) -> None:
    """an upstream has as long as the settings say, in each app

    TODO_UPSTREAM_TIMEOUT says how much of a client's patience one upstream may take.
    """
    weather, news = upstream("weather", hold=True), upstream("news", hold=True)
    patient = start_app(upstreams=[weather], upstream_timeout=30)
    hasty = start_app(beside=patient, upstreams=[news], upstream_timeout=0.1)
    slow = patient.begin("GET", DASHBOARD, note="TODO_UPSTREAM_TIMEOUT=30")
    weather.asked(by=slow)
    assert hasty.get(DASHBOARD, note="TODO_UPSTREAM_TIMEOUT=0.1").body == {"news": None}
    weather.release()
    answer = slow.answer()
    patient.focus(0)
    assert answer.body == {"weather": {"from": "weather"}}


@task(4)
def a_trickle_is_null(start_app: Callable[..., App], upstream: Callable[..., Upstream]) -> None:
    """an upstream that sends a byte now and then is null after its deadline

    The deadline is for the whole answer; one that never ends is no better than silence.
    """
    news = upstream("news", trickle=True)
    app = start_app(upstreams=[news], upstream_timeout=0.3)
    asking = app.begin("GET", DASHBOARD)
    news.asked(by=asking)
    for _ in range(4):
        news.sent_more()
        app.skip(0.1)  # less than the deadline at a time, with a byte between
    answer = asking.answer()
    assert answer.status == 200, (
        "httpx's own timeout begins anew with every byte; only a deadline for the whole ends it."
    )
    assert answer.body == {"news": None}


@task(4)
def nothing_stays_in_flight(
    start_app: Callable[..., App], upstream: Callable[..., Upstream]
) -> None:
    """a request past its deadline is given up, not left running

    Cancelling ends a request; a forgotten task or a thread goes on, with its connection.
    """
    news = upstream("news", hold=True)
    app = start_app(upstreams=[news], upstream_timeout=0.3)
    asking = app.begin("GET", DASHBOARD)
    news.asked(by=asking)
    app.skip(0.3)
    assert asking.answer().status == 200
    assert news.in_flight == 0
