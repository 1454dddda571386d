"""What the course's own tests share: hosts that stay warm, one set for each worker."""

from collections.abc import Iterator

import pytest

from workshop.bench import Bench
from workshop.hosts import Hosts


@pytest.fixture(scope="session")
def bench() -> Iterator[Bench]:
    hosts = Hosts()
    bench = Bench(hosts)
    yield bench
    bench.close()
    hosts.close()


collect_ignore = ["suites"]  # they are run on other APIs, see test_suites.py
