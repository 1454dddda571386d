import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from todo_api.models import Base
from todo_api.settings import Settings

Sessions = async_sessionmaker[AsyncSession]


async def create_tables(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)


@asynccontextmanager
async def open_database(url: str) -> AsyncIterator[Sessions]:
    """Sessions for the app's life; the lifespan in main.py enters this and leaves it."""
    engine = create_async_engine(url)
    try:
        if engine.dialect.name == "sqlite":
            await create_tables(engine)
        # Without expire_on_commit=False, reading todo.id after a commit asks the database again.
        yield async_sessionmaker(engine, expire_on_commit=False)
    finally:
        await engine.dispose()


async def main() -> None:
    """Make the tables by hand, on a server: python -m todo_api.database"""
    engine = create_async_engine(Settings().database_url)
    await create_tables(engine)
    await engine.dispose()


if __name__ == "__main__":
    asyncio.run(main())
