"""The fixtures of a lesson's checks."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from workshop.client import App
from workshop.configured import Refusal
from workshop.grading import GRADING, STAGE
from workshop.stage import Stage
from workshop.suites import Suite
from workshop.terminal import LessonReporter
from workshop.upstreams import Upstream


@pytest.fixture
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """A host without an app, and nothing told yet."""
    stage = request.config.stash[GRADING].stage(request.node)
    request.node.stash[STAGE] = stage
    yield stage
    stage.close()


@pytest.fixture
def reference(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """A second host, for the lesson's solution."""
    stage = request.config.stash[GRADING].reference(request.node)
    yield stage
    stage.close()


@pytest.fixture
def sequences(request: pytest.FixtureRequest) -> int:
    """How many sequences the comparison sends."""
    return request.config.stash[GRADING].sequences


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Says on the terminal how far a long check has come."""
    reporter = request.config.pluginmanager.get_plugin("terminalreporter")
    return reporter.tell if isinstance(reporter, LessonReporter) else lambda _: None


@pytest.fixture
def suite(request: pytest.FixtureRequest, tell: Callable[[str], None]) -> Suite:
    """The learner's tests, where these are what is graded."""
    return request.config.stash[GRADING].suite(request.node, tell)


@pytest.fixture
def start_app(stage: Stage) -> Callable[..., App]:
    """Start the learner's app: `start_app(upstreams=[…], upstream_timeout=0.3)`."""
    return stage.start


@pytest.fixture
def accept_start(stage: Stage) -> Callable[..., App]:
    """Start the learner's app with settings that it must not refuse."""
    return stage.accept


@pytest.fixture
def refuse_start(stage: Stage) -> Callable[..., Refusal]:
    """Start the learner's app with settings that it must refuse."""
    return stage.refuse


@pytest.fixture
def app(stage: Stage) -> App:
    """The learner's app, started with a database of its own."""
    return stage.start()


@pytest.fixture
def upstream(stage: Stage) -> Callable[..., Upstream]:
    """A server for the app to ask: `upstream("weather", hold=True)`."""
    return stage.upstream
