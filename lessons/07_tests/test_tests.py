"""The checks of lesson 07. Read them: they are the specification.

Your tests are run on three right APIs, which look different, and on broken ones, of which each has
one bug. What is wrong there these checks don't know: your tests tell.
"""

from workshop.checks import Suite, task


@task(1)
def the_lifespan_is_entered(suite: Suite) -> None:
    """the client asks an app whose lifespan was entered

    What the lifespan opens, the handlers use: without it there is no database to ask.
    """
    suite.demand_lifespan()


@task(1)
def tests_share_no_row(suite: Suite) -> None:
    """each test passes alone and in any order, on a database of its own

    What one test leaves, the next one trips over, and both are read as the API's fault.
    """
    suite.demand_own_rows()


@task(1)
def three_right_apis_pass(suite: Suite) -> None:
    """there is a test that passes on three right APIs

    A test is of use only if it passes on what is right.
    """
    suite.demand_right()


@task(2)
def bug_01_is_noticed(suite: Suite) -> None:
    """a test notices bug 1, in the rules for what is sent

    What is answered to a todo whose title is blank?
    """
    suite.demand_noticed(1, "test_todos.py")


@task(2)
def bug_02_is_noticed(suite: Suite) -> None:
    """a test notices bug 2, in the status of an answer

    Which status says that something new exists?
    """
    suite.demand_noticed(2, "test_todos.py")


@task(2)
def bug_03_is_noticed(suite: Suite) -> None:
    """a test notices bug 3, in what is kept

    What does a second request find of what the first one made?
    """
    suite.demand_noticed(3, "test_todos.py")


@task(2)
def bug_04_is_noticed(suite: Suite) -> None:
    """a test notices bug 4, in the pages of a list

    Of three todos, two a page: what does the first page hold, and say of the rest?
    """
    suite.demand_noticed(4, "test_todos.py")


@task(2)
def bug_05_is_noticed(suite: Suite) -> None:
    """a test notices bug 5, in PATCH

    What becomes of the fields that a PATCH doesn't send?
    """
    suite.demand_noticed(5, "test_todos.py")


@task(3)
def bug_06_is_noticed(suite: Suite) -> None:
    """a test notices bug 6, in what is whose

    What does bob find at the path of ada's todo?
    """
    suite.demand_noticed(6, "test_auth.py")


@task(3)
def bug_07_is_noticed(suite: Suite) -> None:
    """a test notices bug 7, in what is whose

    Whose todos are in bob's list?
    """
    suite.demand_noticed(7, "test_auth.py")


@task(3)
def bug_08_is_noticed(suite: Suite) -> None:
    """a test notices bug 8, in the login

    Who gets a token for ada, and who must not?
    """
    suite.demand_noticed(8, "test_auth.py")


@task(4)
def bug_09_is_noticed(suite: Suite) -> None:
    """a test notices bug 9, in what the notifier is told

    Which changes of a todo is the notifier told of?
    """
    suite.demand_noticed(9, "test_override.py")


@task(5)
def bug_10_is_noticed(suite: Suite) -> None:
    """a test notices bug 10, in text of every script

    Does a text come back as it was written, whatever its letters?
    """
    suite.demand_noticed(10, "test_more.py")


@task(5)
def no_test_is_flaky(suite: Suite) -> None:
    """each test says the same of one and the same API, each time

    Nobody looks at a test that fails now and then, so nobody does when it finds a bug.
    """
    suite.demand_steady()


@task(5)
def every_test_is_right(suite: Suite) -> None:
    """every test passes on three right APIs that look different

    API.md says what is promised; a test that asks for more fails on what isn't a bug.
    """
    suite.demand_fair()


@task(5)
def every_test_can_fail(suite: Suite) -> None:
    """every test fails where nothing is answered

    A test that passes whatever happens is a line of green that says nothing.
    """
    suite.demand_able()
