"""The notebooks say what they say because it was measured: run anew, they say it again."""

import base64
import re
from pathlib import Path
from typing import Any

import pytest

from workshop.course import ROOT, Lesson, lessons

FOLDER = ROOT / "notebooks"
SIGNATURE = b"\x89PNG\r\n\x1a\n"
LESSONS = [lesson for lesson in lessons() if (FOLDER / f"{lesson.name}.ipynb").exists()]
"""Those with a notebook: a lesson that an author has just begun has none."""

nbformat = pytest.importorskip("nbformat", reason="notebooks need the group proof")


def name(lesson: Lesson) -> str:
    return lesson.number


def read(lesson: Lesson) -> Any:
    return nbformat.read(FOLDER / f"{lesson.name}.ipynb", as_version=4)


def told(notebook: Any) -> list[list[Any]]:
    """What each cell says that must not change: its text, and of a picture all but the dots."""
    found = []
    for cell in notebook.cells:
        said: list[Any] = []
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if output["output_type"] == "stream":
                said.append((output["name"], output["text"]))
            elif "image/png" in data:
                said.append((data["text/plain"], output["metadata"]["axes"]))
            else:
                said.append(data)
        found.append(said)
    return found


def pictures(notebook: Any) -> list[Any]:
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return [output for output in outputs if "image/png" in output.get("data", {})]


def test_every_notebook_is_a_lessons() -> None:
    assert len(LESSONS) >= 8
    assert {file.stem for file in FOLDER.glob("*.ipynb")} == {one.name for one in LESSONS}


@pytest.mark.parametrize("lesson", LESSONS, ids=name)
def test_a_notebook_begins_with_what_to_say_and_ends_with_what_to_ask(lesson: Lesson) -> None:
    notebook = read(lesson)
    first, *_, questions, mistakes = notebook.cells
    assert first.source.startswith(f"# {lesson.number} ")
    assert "Say first" in first.source
    assert len(re.findall(r"^\d\. ", questions.source, re.MULTILINE)) == 2
    assert "mistakes you will see" in questions.source
    (table,) = mistakes.outputs
    assert len(table["data"]["text/markdown"].splitlines()) == 2 + 3
    assert f'demo.use("{lesson.number}")' in notebook.cells[1].source, "it isn't on the reference"


@pytest.mark.parametrize("lesson", LESSONS, ids=name)
def test_a_picture_has_its_words_and_its_labels(lesson: Lesson) -> None:
    found = pictures(read(lesson))
    assert found
    for picture in found:
        words = picture["data"]["text/plain"]
        assert picture["metadata"]["image/png"]["alt"] == words
        assert words.endswith(".")
        assert base64.b64decode(picture["data"]["image/png"]).startswith(SIGNATURE)
        assert all(axes["title"] for axes in picture["metadata"]["axes"])
        labels = [axes[key] for axes in picture["metadata"]["axes"] for key in ("x", "columns")]
        assert any(labels), "nothing says what is to be seen from left to right"


@pytest.mark.parametrize("lesson", LESSONS, ids=name)
def test_a_notebook_holds_no_ones_machine(lesson: Lesson) -> None:
    notebook = read(lesson)
    assert str(Path.home()) not in str(notebook)
    assert str(ROOT) not in str(notebook)
    streams = [
        output
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output["output_type"] == "stream"
    ]
    assert {output["name"] for output in streams} <= {"stdout"}, "a warning stands in it"


@pytest.mark.slow
@pytest.mark.parametrize("lesson", LESSONS, ids=name)
def test_run_anew_it_says_the_same(lesson: Lesson) -> None:
    from nbclient import NotebookClient

    kept, anew = read(lesson), read(lesson)
    resources = {"metadata": {"path": str(FOLDER)}}
    NotebookClient(anew, timeout=300, kernel_name="python3", resources=resources).execute()
    assert told(anew) == told(kept)
