"""Lesson 08's claim, measured: what SecretStr hides, and where a secret is shown all the same."""

import os
from typing import Annotated

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRET = "hunter2-hunter2"


class Settings(BaseSettings):
    key: Annotated[SecretStr, Field(min_length=32)]


class QuietSettings(Settings):
    model_config = SettingsConfigDict(hide_input_in_errors=True)


def shown(text: object) -> str:
    return "shown" if SECRET in str(text) else "hidden"


if __name__ == "__main__":
    os.environ["KEY"] = SECRET
    print(f"printed:                          {shown(repr(SecretStr(SECRET)))}")
    for name, settings in (
        ("the start's error:", Settings),
        ("with hide_input_in_errors=True:", QuietSettings),
    ):
        try:
            settings()
        except ValidationError as error:
            print(f"{name:<33} {shown(error)}")
