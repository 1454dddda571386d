"""A package loaded from code objects: there is no source to find, on disk or in memory."""

from __future__ import annotations

import base64
import importlib.abc
import importlib.machinery
import marshal
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

Codes = dict[str, str]
"""Files of the package, "routes/todos.py", each with its marshalled code in base64."""


class Borrowed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the modules of `todo_api`; each believes to lie below the folder `home`."""

    def __init__(self, codes: Codes, home: str) -> None:
        self.home = home
        self.codes = {}
        for file, code in codes.items():
            name = f"todo_api/{file}".removesuffix(".py").removesuffix("/__init__")
            self.codes[name.replace("/", ".")] = f"todo_api/{file}", base64.b64decode(code)

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname not in self.codes:
            return None
        file = self.codes[fullname][0]
        spec = importlib.machinery.ModuleSpec(fullname, self, origin=f"{self.home}/{file}")
        spec.has_location = True
        if file.endswith("__init__.py"):
            spec.submodule_search_locations = []
        return spec

    def exec_module(self, module: ModuleType) -> None:
        code: Any = marshal.loads(self.codes[module.__name__][1])
        exec(code, vars(module))

    def install(self) -> None:
        sys.meta_path.insert(0, self)
