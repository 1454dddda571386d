"""Every sentence about a learner's tests: what is wrong with one, what they notice."""

TRYING = "running your tests on other APIs: {number} of {count}"
BARE, OVER = "bare", "over"
ROWS, ALONE, ORDER, FLAKY = "rows", "alone", "order", "flaky"
FIXTURE, HUNG, ENDED = "fixture", "hung", "ended"
WRONG, FREEDOM, OTHER = "wrong", "freedom", "other"
ASIDE = {
    BARE: "asks an app whose lifespan was never entered",
    OVER: "asks an app whose lifespan has ended",
    ROWS: "finds rows that another test left",
    ALONE: "passes alone, and fails after other tests",
    ORDER: "passes only after another test",
    FLAKY: "passes sometimes, and sometimes fails, on one and the same API",
    FIXTURE: "fails before its body begins",
    HUNG: "waits for something that doesn't come",
    ENDED: "ends the process that it runs in",
    WRONG: "fails on every right API",
    FREEDOM: "relies on {what}, which API.md leaves open",
    OTHER: "fails on a right API",
}
"""What a test does, for which it is set aside."""
WHY_ASIDE = {
    BARE: "Enter it: with TestClient(app) as client, or ASGITransport(app=manager.app) for httpx.",
    OVER: "A return leaves the with, which ends the lifespan; yield the client inside of it.",
    ROWS: "Give each test a database of its own: a path in tmp_path, which is made anew for each.",
    ALONE: "Give each test a database of its own: a path in tmp_path, which is made anew for each.",
    ORDER: "A test that needs another's todo can't be run by itself, and fails with the other.",
    FLAKY: "Nobody looks at a test that fails now and then, so nobody does when it finds a bug.",
    FIXTURE: "A fixture that fails makes every test fail that asks for it, whatever it is about.",
    HUNG: "A test that waits for ever tells nothing; on a socket first hear your own word: 07.5 b.",
    ENDED: "The tests after this one would never run.",
    WRONG: "API.md says what is promised; a test that asks for anything else is wrong.",
    FREEDOM: "A right API may differ there; a test that asks for more fails on what isn't a bug.",
    OTHER: "API.md says what is promised; a test that asks for anything else is wrong.",
}
RAISED = "It doesn't fail by an assert: something in it raised."
WHY_EXAMPLE = "This test came with the lesson; what it asks for by name is yours, in conftest.py."
MEND_EXAMPLE = "look in conftest.py at what this test asks for, then run: {command}"
SET_ASIDE = "set aside: {name} {what}"
MORE_ASIDE = "and {count} more; --full names them"
SLEEPS = "{name} sleeps ({place}); it does so on every API that it runs on"
NO_TESTS = "no function whose name begins with test_ in a file whose name does"
SOME_TEST = "a test that passes on the right APIs"
NO_VALID = "none of {count} passes on the three right APIs"
UNREAD_TESTS = "Python can't read this file, so none of its tests ran."
NOT_NOTICED = "no test fails on broken API {number}; the bug is in {area}"
NO_TEST_THERE = (
    "no test fails on broken API {number}; {file} has no function whose name begins with test_"
)
ADD_TEST = "add a test to {file}, then run: {{command}}"
YOUR_TESTS = "your tests"
NOT_BUT_ASIDE = "no test fails on broken API {number}; {name} is set aside: it {says}"
NOTICED_BY = "a test that fails there, and passes on the right APIs"
CANT_FAIL = "{name} passes even where every answer is empty"
CAN_FAIL = "a test that fails where the API answers nothing"
NOTICED_TITLE = "what the tests notice"
NOTICED = "{shown} of {all_shown} bugs, {hidden} of {all_hidden} hidden ones, by {tests}"
OF_ALL = "{count} set aside"
SHOWN_BUG, HIDDEN_BUG = "bug {number}", "hidden bug {number}"
HIT, MISS = "●", "·"
UNNOTICED = "not noticed: {bug}, in {area}. {question}"
MORE_TESTS = "and {count} more tests; --full shows them"
