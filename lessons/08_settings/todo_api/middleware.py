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
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from todo_api.errors import CatchAll, envelope
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
        sent = Headers(scope=scope).get("X-Request-ID", "")
        own = sent if HARMLESS_ID.fullmatch(sent) else uuid4().hex
        request_id.set(own)

        async def with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Request-ID"] = own
            await send(message)

        await self.app(scope, receive, with_id)


class AccessLog(Layer):
    async def http(self, scope: Scope, receive: Receive, send: Send) -> None:
        start = perf_counter()
        record: dict[str, Any] = {"status": 500, "first_ms": None, "whole": False}

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                record["status"] = message["status"]
                record["first_ms"] = (perf_counter() - start) * 1000
            await send(message)
            record["whole"] = message["type"].endswith("body") and not message.get("more_body")

        try:
            await self.app(scope, receive, watched)
        finally:
            # The router leaves the route that it found in the scope, which all layers share.
            record |= {"method": scope["method"], "route": getattr(scope.get("route"), "path", "-")}
            record["total_ms"] = (perf_counter() - start) * 1000
            logger.info("request", extra=record)


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
        seconds = self.limiter.wait(self.address(scope))
        if seconds == 0:
            await self.app(scope, receive, send)
            return
        headers = {"Retry-After": str(math.ceil(seconds))}
        await envelope(429, "too many requests", headers=headers)(scope, receive, send)


def install_middleware(app: FastAPI, settings: Settings) -> None:
    # An origin has no slash at its end: a browser's would never be equal to one that has.
    origins = [origin.rstrip("/") for origin in settings.cors_origins]
    cors: dict[str, Any] = {
        "allow_origins": origins,
        "allow_methods": ["GET", "POST", "PATCH", "DELETE"],
        "allow_headers": ["Authorization", "Content-Type", "If-Match", "X-Request-ID"],
        "expose_headers": ["ETag", "Location", "Retry-After", "X-Request-ID"],
        "max_age": 600,
    }
    app.add_middleware(BodyLimit, size=settings.max_body_size)
    app.add_middleware(GZipMiddleware, minimum_size=1000)
    app.add_middleware(RateLimit, settings=settings)
    # A fault in any layer so far becomes an answer; the layers below give it its headers.
    app.add_middleware(CatchAll)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(CORSMiddleware, **cors)
    app.add_middleware(AccessLog)
    app.add_middleware(RequestId)
