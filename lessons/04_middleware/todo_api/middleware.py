"""What every request passes, and in which order."""

import logging
import math
import re
from time import perf_counter
from typing import Any
from uuid import uuid4

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import JSONResponse
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from todo_api.layers import Layer, request_id
from todo_api.limits import BodyLimit, Limiter
from todo_api.settings import Settings

logger = logging.getLogger("todo_api.access")

HARMLESS_ID = re.compile(r"[A-Za-z0-9-]{1,64}")


class SecurityHeaders(Layer):
    """The worked example: wrap send, and change the message that begins the answer."""

    async def http(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Content-Type-Options"] = "nosniff"
            await send(message)

        await self.app(scope, receive, with_headers)


class RequestId(Layer):
    async def http(self, scope: Scope, receive: Receive, send: Send) -> None:
        # TODO 04.1: one id a request, the client's own where it is harmless; on the answer too
        await self.app(scope, receive, send)
        # end 04.1


class AccessLog(Layer):
    async def http(self, scope: Scope, receive: Receive, send: Send) -> None:
        # TODO 04.2: one record a request, also where the handler raises or the client leaves
        await self.app(scope, receive, send)
        # end 04.2


class RateLimit(Layer):
    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        super().__init__(app)
        self.limiter = Limiter(settings.rate_limit_per_minute)
        self.trusted = settings.trusted_proxies

    def address(self, scope: Scope) -> str:
        """The client's address: the nearest hop that isn't a proxy of ours.

        Each proxy adds whom it was asked by at the end; what stands before, anybody can write.
        """
        peer: str = scope["client"][0] if scope["client"] else "unix"  # a socket has no address
        # A proxy may add a line of its own, so all lines count, not only the client's.
        forwarded = ",".join(Headers(scope=scope).getlist("X-Forwarded-For"))
        hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
        while peer in self.trusted and hops:
            peer = hops.pop()
        return peer

    async def http(self, scope: Scope, receive: Receive, send: Send) -> None:
        # TODO 04.4: too many from one address: 429, and when to come back
        await self.app(scope, receive, send)
        # end 04.4


def install_middleware(app: FastAPI, settings: Settings) -> None:
    # TODO 04.3: what a page of another origin may do, and read
    cors: dict[str, Any] = {"allow_origins": settings.cors_origins}
    # end 04.3
    # TODO 04.5: the order of the layers, from the innermost
    app.add_middleware(CORSMiddleware, **cors)
    app.add_middleware(RequestId)
    app.add_middleware(AccessLog)
    app.add_middleware(RateLimit, settings=settings)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(GZipMiddleware, minimum_size=1000)
    app.add_middleware(BodyLimit, size=settings.max_body_size)
    # end 04.5
