"""Begin a lesson that passes the course's own proof from its first minute."""

from __future__ import annotations

import json
import keyword
import re
from pathlib import Path

from workshop import build, course, pages, regions, words
from workshop.course import Lesson
from workshop.saying import Screen, place

FILE = "routes/health.py"
"""Every lesson has it, and a router in it to which something can be added."""

ROUTE = '''

@router.get("/{name}")
async def about_{name}() -> dict[str, str]:
    """What clients see of this lesson; put its own first promise in this place."""
    # region {number}.1: answer with the lesson's name
    # | return {{}}
    return {{"lesson": "{name}"}}
    # endregion
'''

TOML = """title = "{title}"
minutes = 45
# What this lesson adds or changes; every other file is the one before's.
files = ["{file}"]

# The checks look for these, each in its file; every other name is free.
[names]
{names}

[[tasks]]
title = "answer with the lesson's name"
hints = [
    "A handler answers with what it returns.",
    "A dictionary becomes a JSON object.",
    "return {{\\"lesson\\": \\"{name}\\"}}",
]
# Why it is done so, beside what the checks say: `workshop show` has three to six sentences.
why = [
    "FastAPI makes JSON of whatever a handler returns.",
    "An object can get a field more one day; a bare text could not.",
]

# What the comparison with the reference sends, and the fields that it compares.
[promise]
{promise}
"""

CHECKS = '''"""The checks of lesson {number}. Read them: they are the specification."""

from workshop.checks import App, task


@task(1, lasting=True)
def the_lesson_has_a_name(app: App) -> None:
    """the app says which lesson it has come to

    A promise that a client can see is one that a check can hold you to.
    """
    answer = app.get("/health/{name}")
    assert answer.status == 200
    assert answer["lesson"] == "{name}"
'''

CHAPTER = """# {number} {title}

## The request

"Which lesson has this API come to?"

## The idea

**A handler answers with what it returns.** FastAPI makes JSON of it.

```mermaid
sequenceDiagram
    participant C as a client
    participant A as the API
    C->>A: GET /health/{name}
    A->>C: 200, the lesson's name
```

## Try it

<!-- output: pytest lessons/{number} -->
```text
```

## Tasks

### {number}.1 Answer with the lesson's name

`{file}`, `about_{name}`. The answer is an object with one field, `lesson`, and in it the name.

## Why it works

A dictionary becomes a JSON object, and what the handler is annotated to return is checked on its
way out.

## You will read

"A handler has to return a Response." It may return whatever becomes JSON.

## Next

This is the newest lesson.
"""

MISTAKES = [
    ("another lesson's name", '{{"lesson": "another"}}', 'lesson: "another"'),
    ("in capital letters", '{{"lesson": "{name}".upper()}}', "A promise that a client can see"),
    ("a space behind it", '{{"lesson": "{name} "}}', 'lesson: "{name} "'),
    ("the number instead", '{{"lesson": "{number}"}}', 'lesson: "{number}"'),
    ("empty", '{{"lesson": ""}}', 'lesson: ""'),
    ("under another field", '{{"name": "{name}"}}', "lesson: missing"),
    ("a field of almost that name", '{{"Lesson": "{name}"}}', "lesson: missing"),
    ("not as text", '{{"lesson": None}}', "your code raised ResponseValidationError"),
    ("a list of objects", '[{{"lesson": "{name}"}}]', "your code raised ResponseValidationError"),
    ("a name that isn't there", '{{"lesson": lesson}}', "your code raised NameError"),
]
"""What each mistake is called, what it answers with, and what a learner must read of it."""

MISTAKE = """[[mistake]]
name = "{called}"
check = "the_lesson_has_a_name"
says = '''{says}'''

[[mistake.change]]
file = "{file}"
task = "{number}.1"
code = '''
return {answer}
'''
"""

ALTERNATIVES = """[[alternative]]
name = "the object gets a name of its own first"

[[alternative.change]]
file = "{file}"
task = "{number}.1"
code = '''
answer = {{"lesson": "{name}"}}
return answer
'''

[[alternative]]
name = "made by a call"

[[alternative.change]]
file = "{file}"
task = "{number}.1"
code = '''
return dict(lesson="{name}")
'''

[[alternative]]
name = "with a field more"

[[alternative.change]]
file = "{file}"
task = "{number}.1"
code = '''
return {{"lesson": "{name}", "number": "{number}"}}
'''
"""


def refusal(root: Path, number: str, name: str) -> str | None:
    """Why there can't be such a lesson, in a sentence."""
    if not re.fullmatch(r"\d\d", number) or number == "00":
        return words.NEW_NUMBER.format(number=number)
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,30}", name) or keyword.iskeyword(name):
        return words.NEW_NAME.format(name=name)
    for folder in [*root.glob("lessons/*"), *root.glob("solutions/*")]:
        if folder.name.startswith(number):
            return words.NEW_EXISTS.format(folder=place(folder))
    source = course.before(described(root, number, name)) / "todo_api" / FILE
    if not source.exists() or f'"/{name}"' in source.read_text(encoding="utf-8"):
        return words.NEW_ROUTE.format(name=name, file=place(source))
    return None


def described(root: Path, number: str, name: str) -> Lesson:
    """The lesson before it is on the disk; names and promises are those of the one before."""
    earlier = [
        lesson
        for lesson in course.lessons(root)
        if lesson.number < number and lesson.holds == course.API
    ][-1]
    title = name.replace("_", " ")
    promise = earlier.promise
    return Lesson(root, f"{number}_{name}", title, 45, (FILE,), earlier.names, (), promise)


def begin(root: Path, number: str, name: str, screen: Screen) -> None:
    """Write all that a lesson is made of."""
    lesson = described(root, number, name)
    values = {"number": number, "name": name, "title": lesson.title, "file": FILE}
    before = (course.before(lesson) / "todo_api" / FILE).read_text(encoding="utf-8")
    route = regions.plain(before) + ROUTE.format(**values)
    files = {**build.unchanged(lesson), FILE: route.encode()}
    build.write(files, lesson.solution)
    toml = TOML.format(
        **values,
        names="\n".join(f"{name} = {json.dumps(file)}" for name, file in lesson.names.items()),
        promise="\n".join(f"{k} = {json.dumps(fields)}" for k, fields in lesson.promise.items()),
    )
    written = {
        lesson.folder / "lesson.toml": toml,
        lesson.checks: CHECKS.format(**values),
        lesson.chapter: CHAPTER.format(**values),
        root / "tests" / "mistakes" / f"{number}.toml": mistakes(values),
        root / "tests" / "alternatives" / f"{number}.toml": ALTERNATIVES.format(**values),
    }
    for path, text in written.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    course.lessons.cache_clear()
    build.write(build.starter(course.read(lesson.folder, root)), lesson.folder)
    for _ in range(2):  # the first output moves the line that it names
        chapter = lesson.chapter.read_text(encoding="utf-8")
        rendered = pages.render(chapter, root, pages.runner(root))
        lesson.chapter.write_text(rendered, encoding="utf-8")
    readme = root / "README.md"
    counted = pages.render(
        readme.read_text(encoding="utf-8"), root, pages.runner(root), only="workshop figures"
    )
    readme.write_text(counted, encoding="utf-8")
    for path in [lesson.solution / "todo_api" / FILE, *written, readme]:
        screen.line(place(path))
    screen.order("next", words.NEW_NEXT, f"{words.prefix()}pytest -k {number}", "bold")


def mistakes(values: dict[str, str]) -> str:
    """The known-wrong answers to the one task, each with what must be said of it."""
    return "\n".join(
        MISTAKE.format(
            **values, called=called, answer=answer.format(**values), says=says.format(**values)
        )
        for called, answer, says in MISTAKES
    )
