"""What can be set from outside, with its bounds; what doesn't fit stops the start."""

import os
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    DirectoryPath,
    Field,
    FilePath,
    HttpUrl,
    SecretStr,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
)

BESIDE_THE_API = Path(__file__).resolve().parents[1]
SQLITE = f"sqlite+aiosqlite:///{BESIDE_THE_API / 'todo.db'}"
# So that the API starts on a laptop; production brings its own.
LAPTOP = SecretStr("only for this laptop: 32 characters or more")


class Settings(BaseSettings):
    """Read from variables that begin with TODO_, when the app is created."""

    model_config = SettingsConfigDict(
        env_prefix="TODO_",
        # TODO 08.1: nobody changes them while the app runs

        # end 08.1
        # TODO 08.2: no value in an error; of a .env file what begins with TODO_, all of it known
        extra="ignore",
        # end 08.2
    )

    # Where more is read from; both have to be there once they are named.
    env_file: FilePath | None = None
    secrets_dir: DirectoryPath | None = None

    app_name: str = "Todo API"
    debug: bool = False
    upstreams: dict[str, HttpUrl] = {}
    # NoDecode: a list in a variable is written with commas, not as JSON.
    cors_origins: Annotated[list[str], NoDecode] = []
    trusted_proxies: Annotated[list[str], NoDecode] = []

    # TODO 08.2: what nobody may read, and a key that nobody guesses
    database_url: str = SQLITE
    secret_key: SecretStr = LAPTOP
    # end 08.2

    # TODO 08.1: which values make sense
    environment: str = "development"
    upstream_timeout: float = 2.0
    password_cost: int = 2
    access_token_expire_minutes: int = 30
    rate_limit_per_minute: int = 0
    max_body_size: int = 1_000_000
    database_pool_size: int = 5
    database_max_overflow: int = 10
    # end 08.1

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Where a value is looked for: the first of these that has it wins."""
        # TODO 08.2: after the variables a .env file and a folder of secrets, if they are named
        return init_settings, env_settings
        # end 08.2

    @field_validator("cors_origins", "trusted_proxies", mode="before")
    @classmethod
    def split_commas(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return [part.strip() for part in value.split(",") if part.strip()]

    @model_validator(mode="after")
    def fit_for_production(self) -> Self:
        # TODO 08.4: what is fine on a laptop, and nowhere else
        return self
        # end 08.4
