from pathlib import Path

from pydantic import HttpUrl
from pydantic_settings import BaseSettings, SettingsConfigDict

BESIDE_THE_API = Path(__file__).resolve().parents[1]


class Settings(BaseSettings):
    """Read from variables that begin with TODO_, when the app is created."""

    model_config = SettingsConfigDict(env_prefix="TODO_")

    database_url: str = f"sqlite+aiosqlite:///{BESIDE_THE_API / 'todo.db'}"
    upstreams: dict[str, HttpUrl] = {}
    upstream_timeout: float = 2.0
    password_cost: int = 2
