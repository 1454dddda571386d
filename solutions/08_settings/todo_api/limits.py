"""How much a client may send: a body's size, and requests a minute."""

from time import monotonic

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from todo_api.layers import Layer


class BodyLimit(Layer):
    """Counts what arrives, so that neither a false Content-Length nor chunks get around it."""

    def __init__(self, app: ASGIApp, size: int) -> None:
        super().__init__(app)
        self.size = size

    async def http(self, scope: Scope, receive: Receive, send: Send) -> None:
        arrived = 0

        async def counted() -> Message:
            nonlocal arrived
            message = await receive()
            arrived += len(message.get("body", b""))
            if arrived > self.size:
                raise HTTPException(413, "the body is too large")
            return message

        await self.app(scope, counted, send)


class Limiter:
    """A token bucket for each address, in this process alone."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        # The least recently seen stands first.
        self.buckets: dict[str, tuple[float, float]] = {}

    def wait(self, key: str) -> float:
        """0 where the request may pass, else the seconds until one may."""
        if self.per_minute == 0:  # no limit is set
            return 0.0
        now, rate = monotonic(), self.per_minute / 60
        tokens, seen = self.buckets.pop(key, (float(self.per_minute), now))
        tokens = min(self.per_minute, tokens + (now - seen) * rate)
        passes = tokens >= 1
        self.forget(now)
        self.buckets[key] = (tokens - passes, now)
        return 0.0 if passes else (1 - tokens) / rate

    def forget(self, now: float) -> None:
        """A bucket not seen for a minute is full again, as a new one would be."""
        while self.buckets:
            oldest, (_, seen) = next(iter(self.buckets.items()))
            if now - seen <= 60:
                return
            del self.buckets[oldest]
