"""The app's database file, read and changed from outside by a connection of the check's own."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from workshop.scene import Scene
from workshop.seen import Seen, Unmet, in_words

FILLED: dict[str, Any] = {
    "INTEGER": 1,
    "BOOLEAN": 0,
    "DATETIME": "2030-01-01 00:00:00.000000",
    "VARCHAR": "",
}
"""What `App.insert` puts into a column that must have something, by the column's type."""


class Locked:
    """The write lock, and the connection that holds it."""

    def __init__(self, connection: sqlite3.Connection, scene: Scene) -> None:
        self.connection = connection
        self.scene = scene

    def change(self, table: str, row: int, told: str, **values: Any) -> None:
        """Change a row; others see it once the lock is let go. `told` says so in the report."""
        sets = ", ".join(f"{name} = ?" for name in values)
        statement = f"UPDATE {table} SET {sets} WHERE id = ?"
        self.connection.execute(statement, [*values.values(), row])
        self.scene.then(told)


class Outside:
    """A database, as someone sees it who isn't the app."""

    def __init__(self, scene: Scene, database: Path) -> None:
        self.scene = scene
        self.database = database

    def prepare(self) -> None:
        """Called before the file is changed or locked, for what must come first."""

    def stored(self, column: str, table: str = "todos") -> Seen:
        """One column of a table, read from the file by a connection of the check's own."""
        with self._connection() as connection:
            rows = connection.execute(f"SELECT {column} FROM {table} ORDER BY id")
            return Seen(f"{table} in the database file", [row[0] for row in rows])

    def insert(self, table: str, **values: Any) -> int:
        """Put a row into the file from outside; answers its id.

        Columns that aren't named get something of their type, where they must have something.
        """
        told = in_words(values)
        self.prepare()
        with self._connection() as connection, connection:
            for _, column, kind, needed, default, key in connection.execute(
                f"PRAGMA table_info({table})"
            ):
                if needed and not key and default is None and column not in values:
                    values[column] = next(v for k, v in FILLED.items() if kind.startswith(k))
            names, marks = ", ".join(values), ", ".join("?" * len(values))
            statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"
            row = connection.execute(statement, list(values.values())).lastrowid
            self.scene.then(f"the check put a row into the table {table}: {told}")
            return row or 0

    def change(self, table: str, row: int | None, **values: Any) -> None:
        """Change a row from outside, committed; all of them where none is named."""
        sets = ", ".join(f"{name} = ?" for name in values)
        which, key = ("", []) if row is None else (" WHERE id = ?", [row])
        with self._connection() as connection, connection:
            connection.execute(f"UPDATE {table} SET {sets}{which}", [*values.values(), *key])
        told = "every row" if row is None else f"row {row}"
        self.scene.then(f"the check changed {told} of {table}: {in_words(values)}")

    def remove(self, table: str, row: int) -> None:
        """Delete a row from outside, committed."""
        with self._connection() as connection, connection:
            connection.execute(f"DELETE FROM {table} WHERE id = ?", [row])
        self.scene.then(f"the check deleted row {row} of {table}")

    @contextmanager
    def locked(self) -> Iterator[Locked]:
        """Hold the database's write lock; with it, a row can be changed that others wait for."""
        self.prepare()
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            self.scene.then("the check holds the database's write lock")
            yield Locked(connection, self.scene)
            connection.commit()

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self.database, timeout=2)) as connection:
                yield connection
        except sqlite3.OperationalError as error:
            place = "the database that TODO_DATABASE_URL names"
            raise Unmet(f"{place}: {error}", f"{place}: the app's tables") from None
