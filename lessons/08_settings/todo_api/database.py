import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import URL, make_url
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from todo_api.models import Base
from todo_api.settings import Settings

Sessions = async_sessionmaker[AsyncSession]

# How long each driver waits: for a lock, or for a server to connect and to answer.
PATIENCE = {"sqlite": {"timeout": 30}, "postgresql": {"timeout": 5, "command_timeout": 30}}


def engine_options(url: URL, settings: Settings) -> dict[str, Any]:
    """What kind of pool an engine gets, by its address."""
    # TODO 08.3: the pool from the settings; a database in memory has none
    return {}
    # end 08.3


def make_engine(settings: Settings) -> AsyncEngine:
    # TODO 08.2: the address that the settings hide
    url = make_url(settings.database_url)
    # end 08.2
    return create_async_engine(
        url,
        connect_args=PATIENCE.get(url.get_backend_name(), {}),
        # Statements and their values are for a developer's eyes; errors end up in the log.
        echo=settings.debug,
        hide_parameters=not settings.debug,
        **engine_options(url, settings),
    )


async def create_tables(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Sessions]:
    """Sessions for the app's life; the lifespan in main.py enters this and leaves it."""
    engine = make_engine(settings)
    try:
        if engine.dialect.name == "sqlite":
            await create_tables(engine)
        # Without expire_on_commit=False, reading todo.id after a commit asks the database again.
        yield async_sessionmaker(engine, expire_on_commit=False)
    finally:
        await engine.dispose()


async def main() -> None:
    """Make the tables by hand, on a server: python -m todo_api.database"""
    engine = make_engine(Settings())
    await create_tables(engine)
    await engine.dispose()


if __name__ == "__main__":
    asyncio.run(main())
