from pathlib import Path
from typing import Annotated

from pydantic import HttpUrl, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

BESIDE_THE_API = Path(__file__).resolve().parents[1]


class Settings(BaseSettings):
    """Read from variables that begin with TODO_, when the app is created."""

    model_config = SettingsConfigDict(env_prefix="TODO_")

    database_url: str = f"sqlite+aiosqlite:///{BESIDE_THE_API / 'todo.db'}"
    upstreams: dict[str, HttpUrl] = {}
    upstream_timeout: float = 2.0
    password_cost: int = 2
    # So that the API starts on a laptop; production brings its own.
    secret_key: SecretStr = SecretStr("only for this laptop: 32 characters or more")
    access_token_expire_minutes: int = 30
    # NoDecode: a list in a variable is written with commas, not as JSON.
    cors_origins: Annotated[list[str], NoDecode] = []
    rate_limit_per_minute: int = 0
    trusted_proxies: Annotated[list[str], NoDecode] = []
    max_body_size: int = 1_000_000

    @field_validator("cors_origins", "trusted_proxies", mode="before")
    @classmethod
    def split_commas(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return [part.strip() for part in value.split(",") if part.strip()]
