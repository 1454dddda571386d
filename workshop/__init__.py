"""The machinery of the course: a pytest plugin that grades lessons, and the `workshop` command.

The checks run here and talk to the learner's app over real sockets; the app runs in a host, a
process of its own (`workshop.host`), which also tells what can't be seen from outside. A check that
fails becomes a `Failure` (facts), which becomes a report (lines); every sentence stands in `words`.
Imports point only down the list of modules in CONTRIBUTING.md, and a test holds them to it.
"""
