"""What an app is made of: texts that it still holds, layers of a kind."""

from __future__ import annotations

import gc
import sys
from types import BuiltinFunctionType, CodeType, FrameType, FunctionType, ModuleType
from typing import Any

from starlette.middleware.base import BaseHTTPMiddleware

from workshop.host.frames import Folder, Line

OWN = ("todo_api", "builtins")
LEAVES = (str, bytes, int, float, complex, CodeType, FrameType, BuiltinFunctionType)


def remembered(app: Any, state: dict[str, Any], texts: list[str]) -> int:
    """How many of `texts` an app, or a module of todo_api, holds as keys, items or attributes.

    Of the lifespan's `state` only what is the app's own: a client or an engine leads everywhere.
    """
    wanted, found = set(texts), set()
    own = [one for one in state.values() if type(one).__module__.startswith(OWN)]
    todo: list[Any] = [app, *own, *(vars(module) for module in own_modules())]
    seen: set[int] = set()
    while todo:
        held = todo.pop()
        if isinstance(held, str):
            if held in wanted:
                found.add(held)
            continue
        if isinstance(held, LEAVES) or id(held) in seen:
            continue
        seen.add(id(held))
        todo.extend(reached(held))
    return len(found)


def own_modules() -> list[ModuleType]:
    return [m for name, m in list(sys.modules.items()) if name.partition(".")[0] == "todo_api"]


def reached(held: Any) -> list[Any]:
    """What one thing refers to; of others' modules and classes nothing, of functions the cells."""
    if isinstance(held, ModuleType):
        return []
    if isinstance(held, type):
        return list(vars(held).values()) if held.__module__.startswith("todo_api") else []
    if isinstance(held, FunctionType):
        return [*(held.__closure__ or ()), *(held.__defaults__ or ()), held.__dict__]
    # Of a dict whose keys are all texts the collector tells the values alone.
    return [*gc.get_referents(held), *(held if isinstance(held, dict) else ())]


def behind(app: Any, folder: Folder) -> list[Line]:
    """Where the layers begin that run on Starlette's BaseHTTPMiddleware, the innermost first."""
    found: list[Line] = []
    for layer in app.user_middleware:
        function = layer.kwargs.get("dispatch") or getattr(layer.cls, "dispatch", None)
        line = folder.of_code(getattr(function, "__code__", None))
        if isinstance(layer.cls, type) and issubclass(layer.cls, BaseHTTPMiddleware) and line:
            found.insert(0, line)
    return found
