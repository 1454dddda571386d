"""The checks of lesson 02. Read them: they are the specification."""

from typing import Any

from workshop.checks import MISSING, Answer, App, Unmet, a_number, an_instant, task

TODOS = "/api/v1/todos"
USERS = "/api/v1/users"
PASSWORD = "a warm teapot"
BOB = {
    "email": "bob@example.com",
    "name": "Bob",
    "password": PASSWORD,
    "password_again": PASSWORD,
}
RETURNS = "What a validator returns takes the value's place; without a return that is None."
ANSWERS = "The response model, task 02.5, asks for what the row in the database hasn't."
SECRETS = "Registration reads a Password; a plain str would stand in logs and in tracebacks."
REST = "Only a title is needed; what else was sent is kept, and what wasn't has a default."
TIMES = "JSON has no times, only texts for them; strict=True refuses to read a time from a text."
HASHING = "argon2:PasswordHasher.hash"


def why(app: App, otherwise: str) -> str:
    """Why a right request failed: what the app raised is known to come from, or `otherwise`."""
    if "ResponseValidationError" in app.raised:
        return ANSWERS
    if "get_secret_value" in app.raised:
        return SECRETS
    return RETURNS if "NoneType" in app.raised or "NOT NULL" in app.raised else otherwise


def sent_as_it_is(app: App, path: str, json: str) -> Answer:
    """The answer to a body that a JSON encoder would refuse to write."""
    headers = {"Content-Type": "application/json"}
    return app.request("POST", path, content=json.encode(), headers=headers)


def new(app: App, **fields: Any) -> str:
    """The path of a new todo."""
    answer = app.post(TODOS, {"title": "Buy milk", **fields})
    assert answer.status == 201
    return f"{TODOS}/{answer['id'].value}"


def person(number: int, **fields: str) -> dict[str, str]:
    """What someone new sends, the same for the same number."""
    return {**BOB, "email": f"user{number}@example.com", "name": f"User {number}", **fields}


@task(1)
def all_fields_are_201(app: App) -> None:
    """a todo that keeps the rules is created, as it was sent

    A rule that refuses what is right is worse than none.
    """
    milk = {"title": "Buy milk", "notes": "two litres", "priority": 4}
    answer = app.post(TODOS, milk)
    assert answer.status == 201, why(app, "A rule that refuses what is right is worse than none.")
    for name, value in milk.items():
        assert answer[name] == value, RETURNS if answer[name] == None else REST  # noqa: E711
    answer = app.post(TODOS, {"title": "Buy milk"})
    assert answer.status == 201, REST
    for name, value in {"notes": None, "priority": 3, "due_at": None}.items():
        assert answer[name] == value, REST
    answer = app.post(TODOS, {"title": "Buy milk", "due_at": "2030-01-31T18:00:00Z"})
    assert answer.status == 201, why(app, TIMES)
    assert answer["due_at"] == an_instant, REST


@task(1)
def a_blank_title_is_422(app: App) -> None:
    """a title is trimmed, and refused with 422 where nothing is left

    A title of spaces can't be read, found or clicked, and min_length alone lets it in.
    """
    assert app.post(TODOS, {"title": "Buy milk"}).status == 201
    assert app.post(TODOS, {"title": ""}).status == 422
    assert app.post(TODOS, {"title": "   "}).status == 422
    answer = app.post(TODOS, {"title": "  Buy milk "})
    assert answer.status == 201
    assert answer["title"] == "Buy milk", "Spaces around a title are typed by accident."


@task(1)
def a_title_has_1_to_200_characters(app: App) -> None:
    """a title has at most 200 characters, notes have at most 10,000

    A text without an end is storage that anyone may fill, one request at a time.
    """
    for field, most in (("title", 200), ("notes", 10_000)):
        milk = {"title": "Buy milk"}
        assert app.post(TODOS, {**milk, field: "x" * most}).status == 201
        assert app.post(TODOS, {**milk, field: "x" * (most + 1)}).status == 422


@task(1)
def priority_is_1_to_5(app: App) -> None:
    """a priority is a whole number from 1 to 5

    A client that draws five stars has no picture for the sixth.
    """
    for right in (1, 5):
        assert app.post(TODOS, {"title": "Buy milk", "priority": right}).status == 201
    for wrong in (0, 6, 2.5):
        assert app.post(TODOS, {"title": "Buy milk", "priority": wrong}).status == 422


@task(1)
def nan_is_422(app: App) -> None:
    """NaN is refused with 422, like any other value that is no priority

    Python reads NaN in JSON but can't write it: an answer that repeats it becomes a 500.
    """
    assert app.post(TODOS, {"title": "Buy milk", "priority": 1}).status == 201
    assert sent_as_it_is(app, TODOS, '{"title": "Buy milk", "priority": NaN}').status == 422


@task(1)
def an_unknown_field_is_422(app: App) -> None:
    """a field that no todo has is refused with 422

    Ignored, a mistyped name is answered with 201, and what was meant is lost unnoticed.
    """
    assert app.post(TODOS, {"title": "Buy milk"}).status == 201
    assert app.post(TODOS, {"title": "Buy milk", "prority": 1}).status == 422


@task(1)
def control_characters_are_422(app: App) -> None:
    """a text with NUL, an escape or half a character is refused with 422

    PostgreSQL stores no NUL, a terminal obeys escapes, and half a character has no bytes.
    """
    assert app.post(TODOS, {"title": "Buy milk", "notes": "Ünï 🥛"}).status == 201
    for field in ("title", "notes"):
        for text in (r"Buy\u0000milk", r"Buy\u001b[2J", r"Buy \ud800"):
            body = {"title": '"Buy milk"', field: f'"{text}"'}
            line = ", ".join(f'"{name}": {value}' for name, value in body.items())
            assert sent_as_it_is(app, TODOS, f"{{{line}}}").status == 422


@task(1)
def a_due_time_needs_a_zone(app: App) -> None:
    """a due time without its zone is refused with 422

    18:00 is another moment in Tokyo than in Lisbon; only the sender knows which was meant.
    """
    assert app.post(TODOS, {"title": "Buy milk", "due_at": "2030-01-31T18:00:00Z"}).status == 201
    answer = app.post(TODOS, {"title": "Buy milk", "due_at": "2030-01-31T18:00:00"})
    assert answer.status == 422


@task(1)
def a_due_time_is_told_one_way(app: App) -> None:
    """a due time is kept in UTC, so POST and GET answer it alike

    A client that compares two answers as texts takes 18:00+09:00 and 09:00Z for a change.
    """
    made = app.post(TODOS, {"title": "Buy milk", "due_at": "2030-01-31T18:00:00+09:00"})
    assert made.status == 201
    read = app.get(f"{TODOS}/{made['id'].value}")
    app.focus(-2, -1)
    assert read["due_at"] == made["due_at"]
    app.focus()
    answer = app.post(TODOS, {"title": "Buy milk", "due_at": "9999-12-31T23:00:00-05:00"})
    assert answer.status == 422, "In UTC this is the year 10000, and no time goes that far."


@task(2, lasting=True)
def patch_changes_what_was_sent(app: App) -> None:
    """PATCH changes what was sent and leaves the rest

    A client sends only what it changes; a field that was not sent keeps its value.
    """
    path = new(app, notes="two litres", priority=1)
    answer = app.patch(path, {"completed": True})
    app.focus(-2, -1)
    assert answer.status == 200
    assert answer["completed"] == True  # noqa: E712  JSON's true
    for name, value in {"title": "Buy milk", "notes": "two litres", "priority": 1}.items():
        assert answer[name] == value
    answer = app.patch(path, {"completed": False, "priority": 3})
    app.focus(-2, -1)
    assert answer.status == 200
    for name, value in {"completed": False, "priority": 3}.items():
        assert answer[name] == value, "A default was sent, and meant: it isn't a field left out."


@task(2, lasting=True)
def null_clears(app: App) -> None:
    """PATCH with null clears notes and the due time

    null was sent, and it was meant: exclude_none takes it for a field left out.
    """
    path = new(app, notes="two litres", due_at="2030-01-31T18:00:00Z")
    for field in ("notes", "due_at"):
        answer = app.patch(path, {field: None})
        assert answer.status == 200
        assert answer[field] == None  # noqa: E711  JSON's null
    assert app.get(path)["notes"] == None, "What PATCH answered is what stays."  # noqa: E711


@task(2)
def a_null_title_is_422(app: App) -> None:
    """null for a title, a priority or completed is refused with 422

    In TodoPatch a field may be left out and still not be null; "str | None" allows both.
    """
    path = new(app)
    assert app.patch(path, {"title": "Buy bread"}).status == 200
    for field in ("title", "priority", "completed"):
        assert app.patch(path, {field: None}).status == 422


@task(2)
def patch_obeys_the_rules_of_create(app: App) -> None:
    """what no new todo may be, PATCH refuses with 422

    A rule that holds at one door only holds nowhere.
    """
    path = new(app)
    assert app.patch(path, {"title": "Buy bread", "priority": 5}).status == 200
    for wrong in (
        {"title": "   "},
        {"title": "x" * 201},
        {"priority": 9},
        {"due_at": "2030-01-31T18:00:00"},
        {"notes": "x" * 10_001},
        {"id": 7},
    ):
        assert app.patch(path, wrong).status == 422


@task(2)
def an_empty_patch_changes_nothing(app: App) -> None:
    """PATCH with nothing in it changes nothing, updated_at included

    Whoever looks for what is new would find this todo, and nothing new in it.
    """
    path = new(app, notes="two litres")
    before = app.get(path)
    answer = app.patch(path, {})
    app.focus(-2, -1)
    assert answer.status == 200
    assert answer.body == before.body


@task(3)
def a_list_begins_with_20(app: App) -> None:
    """without a wish the list is page 1, with at most 20 of all todos

    Who asks for nothing special gets a page, and total tells that there is more.
    """
    for number in range(21):
        app.insert("todos", title=f"Todo {number}", completed=number % 2, priority=1 + number % 5)
    answer = app.get(TODOS, note="there are 21 todos")
    assert answer.status == 200
    assert answer["total"] == 21, "A filter that nobody asked for hides todos: its default is None."
    assert answer["items"].length == 20
    assert answer["page"] == 1
    assert answer["size"] == 20


@task(3, lasting=True)
def pages_are_disjoint_and_complete(app: App) -> None:
    """the pages together hold every todo, and each one once

    A client turns page after page; what is on none is lost, what is on two is shown twice.
    """
    titles = [f"Todo {number}" for number in range(1, 6)]
    for title in titles:
        assert app.post(TODOS, {"title": title}).status == 201
    found: list[str] = []
    for page in (1, 2, 3):
        answer = app.get(f"{TODOS}?page={page}&size=2", note="there are 5 todos")
        assert answer.status == 200
        assert answer["total"] == 5
        assert answer["items"].length == (1 if page == 3 else 2)
        found += [item["title"] for item in answer["items"].value]
    if sorted(found) != titles:
        raise Unmet(f"on the three pages: {', '.join(found)}", f"each of {', '.join(titles)} once")


@task(3)
def page_and_size_are_bounded(app: App) -> None:
    """page is 1 to 10,000 and size 1 to 100; anything else is refused with 422

    page=10**18 is more than the database can count to, size=10**6 more than it can carry.
    """
    for right in ("page=1&size=1", "page=10000&size=100"):
        assert app.get(f"{TODOS}?{right}").status == 200
    for wrong in ("page=0", f"page={10**18}", "page=10001", "size=0", "size=-1", "size=101"):
        assert app.get(f"{TODOS}?{wrong}").status == 422


@task(3)
def filters_narrow_items_and_total(app: App) -> None:
    """completed and priority narrow the items and the total

    total counts what the filters leave, or a client asks for pages that are empty.
    """
    for completed, priority in ((0, 1), (1, 1), (1, 5)):
        app.insert("todos", title="Buy milk", completed=completed, priority=priority)
    for wish, total in (
        ("completed=true", 2),
        ("completed=false", 1),
        ("priority=5", 1),
        ("completed=true&priority=1", 1),
    ):
        answer = app.get(f"{TODOS}?{wish}", note="of three, two are completed, one has 5")
        assert answer.status == 200
        assert answer["total"] == total
        assert answer["items"].length == total
    answer = app.get(f"{TODOS}?priority=6")
    assert answer.status == 422, "No todo has this priority, so the question is a mistake."


@task(3)
def an_unknown_parameter_is_422(app: App) -> None:
    """a parameter that the list doesn't know is refused with 422

    Ignored, ?pgae=2 is answered with page 1 and 200, and nobody sees the mistake.
    """
    assert app.get(f"{TODOS}?page=2").status == 200
    assert app.get(f"{TODOS}?pgae=2").status == 422


@task(3)
def openapi_shows_the_bounds(app: App) -> None:
    """the API's documentation shows the bounds of page and size

    Clients are written, some by machines, from what /docs says; a hidden rule is no help.
    """
    answer = app.get("/openapi.json")
    assert answer.status == 200
    told = answer["paths"][TODOS]["get"]["parameters"].value
    parameters = [] if told is MISSING else told
    for name, bounds in {"page": (1, 10_000), "size": (1, 100)}.items():
        schemas = [one.get("schema", {}) for one in parameters if one.get("name") == name]
        seen = bounds_of(schemas[0]) if schemas else (None, None)
        if seen != bounds:
            raise Unmet(f"{name} in /docs {in_words(seen)}", f"{name} in /docs {in_words(bounds)}")


def bounds_of(schema: dict[str, Any]) -> tuple[int | None, int | None]:
    """The least and the greatest whole number that a JSON schema allows."""
    one = next((one for one in schema.get("anyOf", []) if one.get("type") == "integer"), schema)
    above, below = one.get("exclusiveMinimum"), one.get("exclusiveMaximum")
    least = one.get("minimum") if above is None else above + 1
    greatest = one.get("maximum") if below is None else below - 1
    return least, greatest


def in_words(bounds: tuple[int | None, int | None]) -> str:
    least, greatest = ("anything" if bound is None else str(bound) for bound in bounds)
    return f"from {least} to {greatest}"


@task(4)
def a_user_is_registered(app: App) -> None:
    """someone who keeps the rules is registered

    A rule that refuses what is right is worse than none.
    """
    answer = app.post(USERS, BOB)
    assert answer.status == 201, why(app, "A rule that refuses what is right is worse than none.")
    assert app.stored("email", "users") == ["bob@example.com"], why(app, REST)
    assert app.stored("name", "users") == ["Bob"], why(app, REST)


@task(4)
def differing_passwords_are_422(app: App) -> None:
    """two passwords that differ are refused with 422

    The second one is asked for to find a slip of the finger; unread, it finds none.
    """
    assert app.post(USERS, BOB).status == 201
    carl = {**BOB, "email": "carl@example.com", "name": "Carl"}
    assert app.post(USERS, {**carl, "password_again": PASSWORD + "!"}).status == 422


@task(4)
def names_and_passwords_have_lengths(app: App) -> None:
    """a password has 8 to 128 characters, a name 3 to 50 without the spaces around it

    A short password is guessed; a long one is work to hash; a blank name names nobody.
    """
    for number, password in enumerate(("x" * 8, "x" * 128)):
        right = person(number, password=password, password_again=password)
        assert app.post(USERS, right).status == 201
    for number, name in enumerate(("Ada", "x" * 50), 2):
        assert app.post(USERS, person(number, name=name)).status == 201
    for password in ("x" * 7, "x" * 129):
        wrong = person(4, password=password, password_again=password)
        assert app.post(USERS, wrong).status == 422
    for name in ("ab", "     ", "x" * 51):
        assert app.post(USERS, person(4, name=name)).status == 422
    spaced = person(4, password=" 2 left ", password_again=" 2 left ")
    assert app.post(USERS, spaced).status == 201, "Spaces belong to a password, and count."


@task(4)
def a_bad_email_is_422(app: App) -> None:
    """what is no e-mail address is refused with 422, and what is one isn't

    No short pattern knows the rules of addresses: Pydantic's EmailStr does.
    """
    for number, email in enumerate(("bob+todo@example.com", "o'brien@example.com")):
        assert app.post(USERS, person(number, email=email)).status == 201
    for number, email in enumerate(("bob", "bob@", "bob@example..com", "bob@exa_mple.com"), 2):
        assert app.post(USERS, person(number, email=email)).status == 422


@task(4, lasting=True)
def one_email_in_two_spellings_is_409(app: App) -> None:
    """Bob@Example.com and bob@example.com are one account; the second is refused with 409

    Nobody types an address the same way twice; two accounts for one mailbox mix them up.
    """
    assert app.post(USERS, person(1, email="Bob@Example.com")).status == 201
    answer = app.post(USERS, person(2, email="bob@example.com"))
    app.focus(-2, -1)
    assert answer.status == 409


@task(4)
def an_unknown_field_of_a_user_is_422(app: App) -> None:
    """a field that registration doesn't know is refused with 422

    Whoever sends is_admin finds out that it isn't for them to say.
    """
    assert app.post(USERS, BOB).status == 201
    assert app.post(USERS, {**person(1), "is_admin": True}).status == 422


@task(4)
def half_a_character_of_a_user_is_422(app: App) -> None:
    """a name or a password with NUL or half a character is refused with 422

    Half a character has no bytes, so it can be neither hashed nor stored.
    """
    assert app.post(USERS, person(1, name="Zoë 🥛")).status == 201
    for text in (r"half \ud800 a pot", r"a \u0000 pot"):
        for fields in (("name",), ("password", "password_again")):
            texts = {**person(2), **dict.fromkeys(fields, text)}
            line = ", ".join(f'"{name}": "{value}"' for name, value in texts.items())
            assert sent_as_it_is(app, USERS, f"{{{line}}}").status == 422


@task(4)
def a_422_shows_no_password(app: App) -> None:
    """a refusal repeats no password

    Answers end up in logs and in bug reports; a secret in one is a secret no more.
    """
    nameless = {name: value for name, value in BOB.items() if name != "name"}
    for wrong in (
        {**BOB, "password_again": "another teapot"},
        {**BOB, "password": "teapots", "password_again": "teapots"},
        nameless,
    ):
        answer = app.post(USERS, wrong)
        assert answer.status == 422
        for field in ("password", "password_again"):
            assert wrong[field] not in answer.content


@task(5)
def a_user_has_the_promised_fields(app: App) -> None:
    """a new user is answered with id, email, name, is_active and created_at

    A client shows what was answered; what it is never told, it can't show.
    """
    answer = app.post(USERS, BOB)
    assert answer.status == 201
    assert answer["id"] == a_number
    assert answer["email"] == "bob@example.com"
    assert answer["name"] == "Bob"
    assert answer["is_active"] == True  # noqa: E712  JSON's true
    assert answer["created_at"] == an_instant


@task(5, lasting=True)
def no_hash_or_version_leaves(app: App) -> None:
    """what the database knows of a user stays inside: no hash, no inner name

    Only a response model that names each field keeps the next column inside as well.
    """
    answer = app.post(USERS, BOB)
    assert answer.status == 201
    assert answer["password_hash"] == MISSING
    assert answer["name_key"] == MISSING
    assert app.stored("password_hash", "users").value[-1] not in answer.content
    assert PASSWORD not in answer.content
    assert app.post(TODOS, {"title": "Buy milk"})["version"] == MISSING


@task(5)
def hashing_holds_nobody(app: App) -> None:
    """other requests are answered while a password is hashed

    Hashing is slow on purpose; in the loop, every registration stops everyone.
    """
    app.watch(HASHING, hold=True)
    slow = app.begin("POST", USERS, json=BOB)
    app.called(HASHING, "the hashing of a password", by=slow)
    live = app.get("/health/live", during="a password was being hashed")
    assert live.status == 200
    app.release(HASHING)
    assert slow.answer().status == 201
