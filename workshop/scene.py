"""What happened in one check, in order: what was sent, what was answered, what came between."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from typing import Any

from workshop import words


@dataclass(eq=False)
class Exchange:
    """One request and its answer; `asked` is "GET /path", `sent` the line that shows it all."""

    asked: str
    sent: str
    answer: str | None = None
    status: int | None = None


@dataclass
class Event:
    """A line of the report: `kind` is sent, answer or then."""

    kind: str
    text: str
    exchange: Exchange | None = None


@dataclass
class Scene:
    """The events of a check; `focused` are the exchanges it wants shown."""

    events: list[Event] = field(default_factory=list)
    focused: list[Exchange] = field(default_factory=list)
    limit: int = 4
    lock: threading.Lock = field(default_factory=threading.Lock)

    def sent(self, asked: str, line: str) -> Exchange:
        exchange = Exchange(asked, line)
        with self.lock:
            self.events.append(Event("sent", line, exchange))
        return exchange

    def answered(self, exchange: Exchange, status: int | None, line: str) -> None:
        with self.lock:
            exchange.status, exchange.answer = status, line
            self.events.append(Event("answer", line, exchange))

    def then(self, text: str) -> None:
        """Something that happened between requests, told as a sentence without a full stop."""
        with self.lock:
            self.events.append(Event("then", text))

    @property
    def last(self) -> Exchange | None:
        """The exchange that is compared: the last one focused, or the last one sent."""
        if self.focused:
            return self.focused[-1]
        sent = [event.exchange for event in self.events if event.kind == "sent"]
        return sent[-1] if sent else None

    def shown(self) -> list[tuple[str, str]]:
        """(label, text) for the report: at most `limit`, numbered where there are several."""
        last = self.last
        if last is None:
            return [("then", event.text) for event in self.events if event.kind == "then"][-4:]
        chosen = self.focused or [*self._unanswered_before(last), last]
        if last not in chosen:
            chosen = [*chosen, last]
        lines: list[tuple[str, str]] = []
        begun = False
        for event in self.events:
            begun = begun or event.exchange is chosen[0]
            if not begun:
                # What the check did just before, such as put a row there, is part of the story.
                lines = [("then", event.text)] if event.kind == "then" else []
                continue
            number = f" {chosen.index(event.exchange) + 1}" if event.exchange in chosen else ""
            number = number if len(chosen) > 1 else ""
            if event.kind == "then":
                lines.append(("then", event.text))
            elif event.kind == "sent" and event.exchange in chosen:
                lines.append((f"sent{number}", event.text))
            elif event.kind == "answer" and event.exchange is last:
                lines.append((f"answer{number}", event.text))
        if last.answer is None:
            number = f" {chosen.index(last) + 1}" if len(chosen) > 1 else ""
            lines.append((f"answer{number}", "none"))
        while len(lines) > self.limit:
            several = (
                [line for line in lines if line[0].startswith(kind)] for kind in ("then", "answer")
            )
            lines.remove(next((some[0] for some in several if len(some) > 1), lines[0]))
        return lines

    def _unanswered_before(self, last: Exchange) -> list[Exchange]:
        """What was still under way when the last exchange began: both belong to the story."""
        under_way: list[Exchange] = []
        for event in self.events:
            if event.exchange is last:
                break
            if event.kind == "sent" and event.exchange:
                under_way.append(event.exchange)
            elif event.kind == "answer" and event.exchange in under_way:
                under_way.remove(event.exchange)
        return under_way

    def number(self, exchange: Exchange) -> int:
        """The number under which `exchange` is shown, when it is the last."""
        return len([*self._unanswered_before(exchange), exchange])


def request_line(method: str, path: str, body: Any, note: str) -> str:
    """ "POST /api/v1/todos {"title": "Buy milk"}  (logged in as ada)"."""
    shown = "" if body is None else " " + (body if isinstance(body, str) else to_json(body))
    after = f"  ({note})" if note else ""
    line = f"{method} {path}{shown}{after}"
    if len(words.fold(line, words.ROOM)) > 2:
        return f"{method} {path} a body of {len(shown) - 1} characters{after}"
    return line


def to_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
