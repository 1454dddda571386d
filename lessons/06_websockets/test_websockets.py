"""The checks of lesson 06. Read them: they are the specification."""

import sys
from collections.abc import Callable

import pytest

from workshop.checks import App, Seen, Unmet, User, a_text, task
from workshop.sockets import OPEN, Socket, cut_off_or

TODOS = "/api/v1/todos"
PAGE = "https://todo.example.com"
FOREIGN_PAGES = [
    "https://elsewhere.example.com",
    "https://todo.example.com.evil.example",
    "http://todo.example.com",
]

SMALL = 4096
"""Bytes that the system keeps of what a client hasn't read, so that a stuck one shows soon."""

LONG = "long " * 190

PLENTY = 400 if sys.platform == "linux" else 4000
"""Messages of 1 kB: more than a system keeps, also one that won't be told how much that is."""


def is_message(frame: Seen, user: User, text: str) -> None:
    assert frame["type"] == "message"
    assert frame["user"] == user.id
    assert frame["text"] == text


def talks(user: User, socket: Socket) -> None:
    """Someone who was let in hears what they say."""
    socket.say("hello")
    is_message(socket.hears(), user, "hello")


def meet(room: str, *users: User) -> list[Socket]:
    """Someone after the other opens a socket in a room; all hear that they are there."""
    sockets: list[Socket] = []
    for user in users:
        sockets.append(user.open(room))
        talks(user, sockets[-1])
        for other in sockets[:-1]:
            is_message(other.hears(), user, "hello")
    return sockets


def is_error(frame: Seen) -> None:
    assert frame["type"] == "error"
    assert frame["message"] == a_text


def is_event(frame: Seen, event: str, number: int) -> None:
    assert frame["type"] == "todo"
    assert frame["event"] == event
    assert frame["id"] == number


@task(1)
def a_ticket_opens_a_room(app: App) -> None:
    """a ticket opens a room

    A browser sends no header of yours as it opens a socket: the ticket stands for you.
    """
    assert app.user("ada").open("garden").settled == OPEN


@task(1)
def ones_own_room_opens(app: App) -> None:
    """the room user-7 opens for user 7

    The id is a number and a part of the name is text; these two are never equal.
    """
    ada = app.user("ada")
    assert ada.open(f"user-{ada.id}").settled == OPEN


@task(1, lasting=True)
def a_refusal_can_be_read(app: App) -> None:
    """without a ticket of the app's the socket is closed with 1008

    Unaccepted, it would be an HTTP 403; 1008 is the code for what your rules refuse.
    """
    ada = app.user("ada")
    assert ada.open("garden").settled == OPEN
    assert app.open("garden", "", who="somebody", note="without a ticket").closed == 1008
    invented = app.open("garden", "invented", who="somebody", note="with an invented ticket")
    assert invented.closed == 1008


@task(1)
def who_is_let_in_is_the_tickets_user(app: App) -> None:
    """who is let in talks as the ticket's user

    What admit returns is taken for the user's id, and told to all who hear them.
    """
    app.user("bob")  # registered first, so that ada's id isn't 1
    ada = app.user("ada")
    hers = ada.open("garden")
    assert hers.settled == OPEN
    hers.say("hello")
    # Whether everyone in the room hears it is what 06.2 is about.
    if hers.answered and (frame := hers.hears())["type"] == "message":
        assert frame["user"] == ada.id


@task(1)
def a_ticket_opens_only_once(app: App) -> None:
    """a ticket opens one socket; shown again, it is refused with 1008

    Addresses stay in histories and logs: what opens doors for ever must not stand in one.
    """
    ada = app.user("ada")
    ticket = ada.ticket()
    assert app.open("garden", ticket, who="ada", note="with a new ticket").settled == OPEN
    again = app.open("garden", ticket, who="somebody", note="with the same ticket")
    assert again.closed == 1008


@task(1)
def an_old_ticket_is_1008(app: App) -> None:
    """a ticket that is over is refused with 1008

    It lives for half a minute: as long as a page takes to open its socket.
    """
    ada = app.user("ada")
    ticket = ada.ticket()
    assert ada.open("garden").settled == OPEN
    app.change("tickets", None, expires_at="2020-01-01 00:00:00.000000")
    assert app.open("garden", ticket, who="ada", note="with the old ticket").closed == 1008


@task(1)
def a_users_room_is_theirs_alone(app: App) -> None:
    """the room user-7 is refused with 1008 to all but user 7, and user-abc to everyone

    A ticket says who you are, not where you may go: that is another question.
    """
    ada, bob = app.user("ada"), app.user("bob")
    assert ada.open(f"user-{ada.id}").settled == OPEN
    for room in (f"user-{ada.id}", f"user-{bob.id}{ada.id}", "user-abc"):
        assert bob.open(room).closed == 1008
    like_others = "This name doesn't begin with user-, so it is a room like any other."
    assert bob.open("users").settled == OPEN, like_others


@task(1)
def who_is_refused_joins_no_room(app: App) -> None:
    """who is refused joins no room, not even for a moment

    Whoever has an id is taken in: after a refusal admit returns None.
    """
    ada, bob = app.user("ada"), app.user("bob")
    assert ada.open(f"user-{ada.id}").settled == OPEN
    his = bob.open(f"user-{ada.id}")
    assert his.closed == 1008
    assert app.served(once=1) == 1
    if his.let_in:
        raise Unmet("bob was refused, and joined the room", "bob is refused, and that is all")


@task(1)
def a_room_name_has_rules(app: App) -> None:
    """a name that isn't 1 to 32 of a-z, 0-9 and - is refused with 1008

    Whoever invents a name makes an entry in your memory: bound what it may be.
    """
    ada = app.user("ada")
    assert ada.open("garden-2").settled == OPEN
    for room in ("gar_den", "Garden", "g" * 33, "garden\n"):
        assert ada.open(room).closed == 1008


@task(1)
def a_foreign_origin_is_1008(start_app: Callable[..., App]) -> None:
    """a page of an origin that isn't in CORS_ORIGINS is refused with 1008

    CORS doesn't stop a socket: any page may open one, and only you look at its Origin.
    """
    app = start_app(cors_origins=PAGE)
    ada = app.user("ada")
    assert ada.open("garden").settled == OPEN
    assert ada.open("garden", origin=PAGE).settled == OPEN
    for page in FOREIGN_PAGES:
        assert ada.open("garden", origin=page).closed == 1008


@task(1)
@pytest.mark.parametrize("named", [None, "*"], ids=["none", "a star"])
def only_a_named_origin_is_let_in(accept_start: Callable[..., App], named: str | None) -> None:
    """where CORS_ORIGINS names no page, none is let in

    Any page that your users open could talk as they do: which may, only you can say.
    """
    app = accept_start(cors_origins=named)
    ada = app.user("ada")
    assert ada.open("garden").settled == OPEN
    assert ada.open("garden", origin=PAGE).closed == 1008


@task(2, lasting=True, at="events.py")
def a_message_reaches_its_room(app: App) -> None:
    """a message reaches everyone in the room, and who sent it

    With it comes who said it, as the ticket told: nobody can speak in another's name.
    """
    ada, bob = app.user("ada"), app.user("bob")
    hers, his = meet("garden", ada, bob)
    hers.say("Buy milk")
    is_message(his.hears(), ada, "Buy milk")
    is_message(hers.hears(), ada, "Buy milk")


@task(2)
def other_rooms_hear_nothing(app: App) -> None:
    """a message stays in its room

    What comes next to another room is that room's own: nothing came between.
    """
    ada, bob = app.user("ada"), app.user("bob")
    hers, his = ada.open("garden"), bob.open("kitchen")
    talks(bob, his)
    talks(ada, hers)
    his.say("Who is here?")
    is_message(his.hears(), bob, "Who is here?")


@task(2)
def one_leaving_takes_nobody_along(app: App) -> None:
    """one who leaves takes nobody along: the others go on talking

    Sent to a socket that is gone, a frame raises; in whose task, that is the question.
    """
    ada, bob, carla = app.user("ada"), app.user("bob"), app.user("carla")
    first, hers, his = meet("garden", carla, ada, bob)
    first.leave()
    assert app.served(once=2) == 2
    for text in ("Is she gone?", "She is", "Then go on"):
        hers.say(text)
        is_message(his.hears(), ada, text)
        is_message(hers.hears(), ada, text)


@task(2)
def a_vanished_client_is_forgotten(app: App) -> None:
    """a client whose connection breaks off is forgotten, and the room goes on

    Batteries and tunnels end more sockets than goodbyes do; finally runs for both.
    """
    ada, bob = app.user("ada"), app.user("bob")
    hers, his = meet("garden", ada, bob)
    his.vanish()
    assert app.served(once=1) == 1
    assert app.kept_sockets(once=1) == 1
    talks(ada, hers)


@task(2)
def two_devices_of_one_user(app: App) -> None:
    """of one user's two devices both hear, and one that leaves takes only itself along

    A room's members are sockets, not users: whoever is there twice also leaves twice.
    """
    ada = app.user("ada")
    laptop, phone = meet("garden", ada, ada)
    phone.leave()
    assert app.served(once=1) == 1
    talks(ada, laptop)


@task(2, lasting=True)
def an_empty_room_is_removed(app: App) -> None:
    """a room that everyone has left is removed, and no other

    Rooms come from addresses: those that nobody needs would fill the memory one by one.
    """
    ada, bob = app.user("ada"), app.user("bob")
    his = bob.open("garden")
    names = [f"room-{number}" for number in range(5)]
    sockets = [ada.open(name) for name in names]
    for socket in sockets:
        talks(ada, socket)
    assert app.remembered(names, "rooms in memory, five in use") == 5
    for socket in sockets:
        socket.leave()
    assert app.served(once=1) == 1
    assert app.remembered(names, "rooms in memory, none in use") == 0
    talks(bob, his)


def with_a_stuck_one(app: App) -> tuple[User, Socket, Socket, Socket]:
    """Ada, her socket, bob's, and one in the same room that reads no more."""
    ada, bob, carla = app.user("ada"), app.user("bob"), app.user("carla")
    hers, his = meet("garden", ada, bob)
    stuck = carla.open("garden", buffer=SMALL)
    talks(carla, stuck)
    for socket in (hers, his):
        is_message(socket.hears(), carla, "hello")
    return ada, hers, his, stuck


def sends_plenty(app: App, ada: User, hers: Socket, his: Socket) -> int:
    """Send until the stuck one is closed, or plenty was sent: each once the one before has come."""
    app.scene.then("carla's client reads no more; ada sends messages of 1 kB")
    for number in range(PLENTY):
        if number % 20 == 0 and app.ended_one:
            return number
        text = f"{LONG}{number}"
        hers.say(text, f"message {number}, of 1 kB")
        is_message(his.hears(), ada, text)
        is_message(hers.hears(), ada, text)
    return PLENTY


@task(3, at="events.py")
def frames_come_in_order(app: App) -> None:
    """what is said reaches each client, in the order in which it was said

    send fills a member's queue, write empties it: one without the other is mute.
    """
    ada, bob = app.user("ada"), app.user("bob")
    hers, his = meet("garden", ada, bob)
    for text in ("first", "second", "third"):
        hers.say(text)
    for text in ("first", "second", "third"):
        is_message(his.hears(), ada, text)
        is_message(hers.hears(), ada, text)


@task(3, at="events.py")
def a_stuck_client_delays_nobody(start_app: Callable[..., App]) -> None:
    """while one client reads nothing, the others get every message

    Who waits for one client, if only for a second, makes all the others wait as long.
    """
    app = start_app(buffer=SMALL)
    ada, hers, his, _ = with_a_stuck_one(app)
    with app.held_deadlines():
        assert sends_plenty(app, ada, hers, his) > 0


@task(3, at="events.py")
def a_stuck_client_leaves_with_1013(start_app: Callable[..., App]) -> None:
    """a client that is too slow is closed with 1013, and misses what it didn't read

    A queue without an end is memory that one client fills; frames left out are a lie.
    """
    app = start_app(buffer=SMALL)
    ada, hers, his, stuck = with_a_stuck_one(app)
    sent = sends_plenty(app, ada, hers, his)
    if sent == PLENTY:
        why = "A queue of 32 must get full; then too_slow, an Event, is set(), and ends the talk."
        got = f"{sent} unread messages later carla's socket is still open"
        raise Unmet(got, "closed with 1013", why)
    app.scene.then("carla's client reads again")
    came = stuck.counted(most=sent)
    if came >= sent:
        raise Unmet(f"all {came} messages were kept for carla", "at most 32 that wait for her")
    assert stuck.closed == cut_off_or(1013)


@task(3, at="events.py")
def a_stuck_client_is_let_go(start_app: Callable[..., App]) -> None:
    """a client that never reads again isn't kept

    Its goodbye can't arrive either, so nothing may wait for it without an end.
    """
    app = start_app(buffer=SMALL)
    ada, hers, his, _ = with_a_stuck_one(app)
    assert sends_plenty(app, ada, hers, his) > 0
    app.skip(1)
    assert app.served(once=2) == 2
    assert app.kept_sockets(once=2) == 2


@task(3, at="events.py")
def the_sender_is_unharmed(app: App) -> None:
    """200 small messages in a row reach everyone, and close nobody who reads

    A burst comes faster than it is sent on: the writers need their turn in between.
    """
    ada, bob = app.user("ada"), app.user("bob")
    hers, his = meet("garden", ada, bob)
    hers.say_all([str(number) for number in range(200)])
    for number in range(200):
        is_message(his.hears(), ada, str(number))
        is_message(hers.hears(), ada, str(number))


BROKEN = [
    '{"text": ',
    "hello",
    "[]",
    '"hello"',
    '{"text": 7}',
    '{"text": ""}',
    '{"text": null}',
    '{"message": "hello"}',
]


def are_answered(app: App, *contents: str | bytes, shown: str | None = None) -> None:
    """Each of these frames is answered, to its sender alone, and the talk goes on."""
    ada, bob = app.user("ada"), app.user("bob")
    hers, his = meet("garden", ada, bob)
    for content in contents:
        hers.send(content, shown)
        is_error(hers.hears())
    hers.say("hello")
    is_message(hers.hears(), ada, "hello")
    his_first = his.hears()
    if his_first["type"] == "error":
        why = "What is wrong with a frame is its sender's affair: answer has one hearer."
        raise Unmet("bob hears of ada's bad frame", "an error that ada alone hears", why)
    is_message(his_first, ada, "hello")


@task(4, lasting=True)
def what_is_no_message_is_answered(app: App) -> None:
    """a frame that is no message is answered with an error, to its sender

    There is no status on an open socket: a frame says it, and the talk goes on.
    """
    are_answered(app, *BROKEN)


@task(4)
def too_long_a_text_is_answered(app: App) -> None:
    """a text of more than 1,000 characters is answered with an error

    Said knows the rules of a message, as TodoCreate knows those of a todo.
    """
    content = '{"text": "' + "x" * 1001 + '"}'
    are_answered(app, content, shown="a text of 1,001 characters")


@task(4)
def binary_is_answered(app: App) -> None:
    """a binary frame is answered with an error

    receive_text raises KeyError at one: a single byte would throw its sender out.
    """
    are_answered(app, b"\xff\xfe\x00")


@task(4)
def deep_nesting_is_answered(app: App) -> None:
    """JSON that is nested 16,000 deep is answered with an error

    json.loads raises RecursionError there, which is no ValueError; a model raises its own.
    """
    are_answered(app, "[" * 16_000, shown="[[[[…, 16,000 brackets")


@task(4)
def too_large_is_1009(app: App) -> None:
    """a frame of more than 16,384 characters is refused with 1009, and none of 16,384

    uvicorn takes 16 MB from anybody; nobody who says a thousand characters needs that.
    """
    ada = app.user("ada")
    largest = '{"text": "hello"}'.ljust(16_384)
    hers = ada.open("garden")
    hers.send(largest, "a text frame of 16,384 bytes")
    is_message(hers.hears(), ada, "hello")
    for frame, kind in ((largest + " ", "text"), (largest.encode() + b" ", "binary")):
        hers = ada.open("kitchen")
        talks(ada, hers)
        hers.send(frame, f"a {kind} frame of 16,385 bytes")
        assert hers.closed == 1009


@task(4)
def leaving_is_no_fault(app: App) -> None:
    """a client that leaves, or vanishes, leaves no exception behind

    Everyone leaves at some time: a traceback for each would hide those that matter.
    """
    ada = app.user("ada")
    for end in (Socket.leave, Socket.vanish):
        hers = ada.open("garden")
        talks(ada, hers)
        end(hers)
        assert app.served(once=0) == 0
        if raised := app.raised:
            raise Unmet(f"your code raised {raised}", "a talk that ends, and no exception")


@task(5, lasting=True, at="events.py")
def the_owner_hears_each_change(app: App) -> None:
    """a todo's owner hears of it when it is created, changed and deleted

    The handlers tell a notifier since lesson 03; which one that is, a dependency says.
    """
    app.user("bob")  # registered first, so that no id is another's by chance
    ada = app.user("ada")
    hers = ada.open(f"user-{ada.id}")
    talks(ada, hers)
    number = ada.post(TODOS, {"title": "Buy milk"})["id"].value
    is_event(hers.hears(), "created", number)
    assert ada.patch(f"{TODOS}/{number}", {"completed": True}).status == 200
    is_event(hers.hears(), "changed", number)
    assert ada.delete(f"{TODOS}/{number}").status == 204
    is_event(hers.hears(), "deleted", number)


@task(5, at="events.py")
def nobody_else_hears_it(app: App) -> None:
    """nobody else hears of a todo: each owner has a room

    What comes first to bob and to the garden is their own: of ada's nothing came before.
    """
    ada, bob = app.user("ada"), app.user("bob")
    hers, his, garden = ada.open(f"user-{ada.id}"), bob.open(f"user-{bob.id}"), bob.open("garden")
    talks(ada, hers)
    talks(bob, his)
    talks(bob, garden)
    first = ada.post(TODOS, {"title": "Buy milk"})["id"].value
    is_event(hers.hears(), "created", first)
    second = bob.post(TODOS, {"title": "Buy bread"})["id"].value
    is_event(his.hears(), "created", second)
    talks(bob, garden)


@task(5, at="events.py")
@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def nothing_is_told_when_the_commit_fails(app: App, method: str) -> None:
    """a change whose commit fails is never told

    Sent before the commit, an event tells of a change that isn't there, and never will be.
    """
    ada = app.user("ada")
    hers = ada.open(f"user-{ada.id}")
    talks(ada, hers)
    number = ada.post(TODOS, {"title": "Buy milk"})["id"].value
    is_event(hers.hears(), "created", number)
    path = TODOS if method == "POST" else f"{TODOS}/{number}"
    body = None if method == "DELETE" else {"title": "Buy bread"}
    with app.failing_commits():
        assert ada.request(method, path, json=body).status == 500
    hers.say("Did you hear?")
    app.focus(-2, -1)
    is_message(hers.hears(), ada, "Did you hear?")


@task(5)
def idle_sockets_hold_no_connection(app: App) -> None:
    """an open socket holds no database connection

    A socket stays open for hours and a pool has fifteen: the sixteenth would never open.
    """
    ada = app.user("ada")
    assert len(meet("garden", ada, ada, ada)) == 3
    assert app.held_connections == 0
