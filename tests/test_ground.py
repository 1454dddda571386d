"""The ground: what is installed is what `pyproject.toml` pins, and the tree names no machine."""

import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]

# What would lead uv to another environment than the folder's own.
STEERING = {
    "PYTHONHOME",
    "PYTHONPATH",
    "UV_FROZEN",
    "UV_LOCKED",
    "UV_NO_SYNC",
    "UV_PROJECT",
    "UV_PROJECT_ENVIRONMENT",
    "UV_PYTHON",
    "UV_WORKING_DIRECTORY",
    "VIRTUAL_ENV",
}


def read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))


def pins(project: dict[str, Any], key: str = "constraint-dependencies") -> dict[str, str]:
    """The pinned version of each name; anything but `name==version` is refused here."""
    found: dict[str, str] = {}
    for line in project["tool"]["uv"][key]:
        name, _, version = line.partition("==")
        assert name == canonicalize_name(name), f"{line}: write the name as uv does"
        assert Requirement(line).specifier == Requirement(f"x=={version}").specifier, line
        assert "*" not in version, f"{line}: one version, not a family"
        assert name not in found, f"{line}: pinned twice"
        found[name] = version
    return found


def roots(project: dict[str, Any]) -> Iterator[Requirement]:
    """What the project and its groups ask for by name."""
    yield from map(Requirement, project["project"]["dependencies"])
    for group in project["dependency-groups"].values():
        yield from (Requirement(line) for line in group if isinstance(line, str))


def installed_closure(project: dict[str, Any]) -> tuple[dict[str, str], set[str]]:
    """What of the closure is installed here, and every name it asks for on any platform."""
    versions: dict[str, str] = {}
    asked: set[str] = set()
    seen: set[tuple[str, str]] = set()
    todo = list(roots(project))
    while todo:
        requirement = todo.pop()
        name = canonicalize_name(requirement.name)
        asked.add(name)
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue  # of a group that isn't installed, or another platform's
        versions[name] = found.version
        wanted = [Requirement(line) for line in found.requires or []]
        for extra in {"", *requirement.extras}:
            if (name, extra) in seen:
                continue
            seen.add((name, extra))
            for child in wanted:
                if child.marker is None or child.marker.evaluate({"extra": extra}):
                    todo.append(child)
    return versions, asked


def locked(lock: dict[str, Any]) -> dict[str, str]:
    """uv's own resolution for every platform: each name but the project's, and its version."""
    found: dict[str, str] = {}
    for package in lock["package"]:
        if "editable" in package["source"]:
            continue
        assert package["name"] not in found, f"{package['name']} was resolved to two versions"
        found[package["name"]] = package["version"]
    return found


def learners(lock: dict[str, Any]) -> set[str]:
    """The names that the learner's first command may install, on any platform."""
    packages = {package["name"]: package for package in lock["package"]}
    names: set[str] = set()
    seen: set[tuple[str, str]] = set()
    todo = [(name, "") for name, package in packages.items() if "editable" in package["source"]]
    while todo:
        name, extra = todo.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        names.add(name)
        package = packages[name]
        optional = package.get("optional-dependencies", {})
        for child in optional.get(extra, []) if extra else package.get("dependencies", []):
            todo += [(child["name"], wanted) for wanted in ["", *child.get("extra", [])]]
    return names


def same(pinned: dict[str, str], resolved: dict[str, str]) -> None:
    """Both directions at once: a missing pin, an unused one, another version."""
    assert {f"{name}=={version}" for name, version in pinned.items()} == {
        f"{name}=={version}" for name, version in resolved.items()
    }, "left: pinned in pyproject.toml; right: uv.lock, which `uv lock` renews"


def run(*command: str, cwd: Path, seconds: float = 60) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=cwd,
        env={name: value for name, value in os.environ.items() if name not in STEERING},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=seconds,
    )


def ok(*command: str, cwd: Path, seconds: float = 60) -> str:
    done = run(*command, cwd=cwd, seconds=seconds)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
    return done.stdout


def uv() -> str:
    # `uv run` tells its own place in UV; it needn't be on the PATH.
    found = os.environ.get("UV") or shutil.which("uv")
    if not found:
        pytest.skip("uv isn't installed")
    return found


def test_what_is_installed_is_what_is_pinned() -> None:
    """Every installed distribution of the project's closure has exactly its pinned version."""
    project = read(ROOT / "pyproject.toml")
    pinned = pins(project)
    versions, _ = installed_closure(project)
    assert "fastapi" in versions
    wrong = {name: version for name, version in versions.items() if pinned.get(name) != version}
    assert wrong == {}, f"pinned instead: { {name: pinned.get(name) for name in wrong} }"


def test_every_name_is_pinned() -> None:
    """Whatever the project asks for, or asks for through something installed, has a pin."""
    project = read(ROOT / "pyproject.toml")
    _, asked = installed_closure(project)
    assert asked - pins(project).keys() == set()


def test_pins_are_the_whole_closure() -> None:
    """For every platform and group: nothing lacks its pin, and no pin is left over."""
    if not (ROOT / "uv.lock").exists():
        pytest.skip("uv writes uv.lock, and this environment was made without it")
    same(pins(read(ROOT / "pyproject.toml")), locked(read(ROOT / "uv.lock")))


def test_build_backend_is_pinned() -> None:
    """The wheel is built by the pinned backend."""
    project = read(ROOT / "pyproject.toml")
    pinned = pins(project, "build-constraint-dependencies")
    assert project["build-system"]["requires"] == [f"hatchling=={pinned['hatchling']}"]


def test_learner_gets_no_group() -> None:
    """uv installs a group named `dev`, and every default group, unasked: there are none."""
    project = read(ROOT / "pyproject.toml")
    assert project["tool"]["uv"]["default-groups"] == []
    assert "dev" not in project["dependency-groups"]


# Written so that none matches its own line.
PLACES = {
    "a place on one machine": r"(^|[^[:alnum:]_.-])/(work|root|tmp|home|Users)/[[:alnum:]_.]",
    "a Windows home": r"[A-Z]:[\\]+Users[\\]",
    "a registry's host": (
        r"(^|[^[:alnum:]_.-])(deb|files|pypi|registry)[.][[:alnum:].-]*(com|io|org)($|[^[:alnum:]])"
    ),
}


@pytest.mark.parametrize("pattern", PLACES.values(), ids=PLACES.keys())
def test_no_file_names(pattern: str) -> None:
    """No tracked file names a machine's folders or a download host."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    # --cached: the files as git has them, not as a learner has changed them since.
    found = run("git", "grep", "--cached", "-nIE", "-e", pattern, cwd=ROOT)
    assert (found.returncode, found.stdout, found.stderr) == (1, "", "")


def test_no_lock_is_tracked() -> None:
    """uv.lock holds download addresses."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    assert ok("git", "ls-files", "--", "uv.lock", "*/uv.lock", cwd=ROOT) == ""


@pytest.mark.slow
@pytest.mark.parametrize("python", ["3.11", "3.13"])
def test_fresh_clone_gets_the_pins(tmp_path: Path, python: str) -> None:
    """A learner's first command on a fresh clone installs the pinned versions and no group."""
    if f"{sys.version_info.major}.{sys.version_info.minor}" == python:
        interpreter = sys.executable
    else:
        found = run(uv(), "python", "find", "--no-project", python, cwd=tmp_path)
        if found.returncode:
            pytest.skip(f"uv finds no Python {python} here")
        interpreter = found.stdout.strip()
    if run("git", "rev-parse", "--verify", "HEAD", cwd=ROOT).returncode:
        pytest.skip("nothing is committed yet")

    clone = tmp_path / "a fresh clone"
    ok("git", "clone", "--quiet", str(ROOT), str(clone), cwd=tmp_path)
    ok(uv(), "sync", "--python", interpreter, cwd=clone, seconds=300)
    listed = json.loads(ok(uv(), "pip", "list", "--format", "json", cwd=clone))
    installed = {package["name"]: package["version"] for package in listed}
    project, lock = read(clone / "pyproject.toml"), read(clone / "uv.lock")

    pinned = pins(project)
    same(pinned, locked(lock))
    assert installed.pop("fastapi-workshop") == project["project"]["version"]
    assert installed == {name: pinned.get(name) for name in installed}
    assert installed.keys() - learners(lock) == set(), "of a group that wasn't asked for"
    for line in project["project"]["dependencies"]:
        assert canonicalize_name(Requirement(line).name) in installed
    made = ok("git", "status", "--porcelain", cwd=clone)
    assert made == "", "the install left files that git would track"
