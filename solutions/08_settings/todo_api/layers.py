"""What a layer is: an ASGI app around another.

An ASGI app is called with what came (scope), a way to read more (receive), a way to answer (send).
"""

from contextvars import ContextVar

from starlette.types import ASGIApp, Receive, Scope, Send

# Each request runs in a context of its own: set here, it is seen by the handler, its dependencies
# and its log records, and by no other request.
request_id: ContextVar[str] = ContextVar("request_id", default="-")


class Layer:
    """Wraps an app: `http` sees each request, a WebSocket goes straight through."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        layer = self.http if scope["type"] == "http" else self.app
        await layer(scope, receive, send)

    async def http(self, scope: Scope, receive: Receive, send: Send) -> None:
        raise NotImplementedError
