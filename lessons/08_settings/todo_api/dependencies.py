"""What a handler can ask for: by a name, each with the function that brings it."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Header
from fastapi.requests import HTTPConnection
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from todo_api import notifier
from todo_api.errors import Changed, NotFound, Unauthorized
from todo_api.events import HubNotifier
from todo_api.models import Todo, User
from todo_api.schemas import TodoId
from todo_api.security import read_token
from todo_api.settings import Settings


# The worked example: a function says where it comes from, a name says how to ask for it.
# HTTPConnection is what a request and a WebSocket have in common.
def get_settings(connection: HTTPConnection) -> Settings:
    settings: Settings = connection.state.settings
    return settings


SettingsDep = Annotated[Settings, Depends(get_settings)]


async def get_session(connection: HTTPConnection) -> AsyncIterator[AsyncSession]:
    async with connection.state.sessions() as session:
        yield session
        await session.commit()


SessionDep = Annotated[AsyncSession, Depends(get_session, scope="function")]

BearerToken = Annotated[str, Depends(OAuth2PasswordBearer(tokenUrl="/api/v1/auth/token"))]


async def get_current_user(token: BearerToken, session: SessionDep, settings: SettingsDep) -> User:
    user_id = read_token(token, settings)
    user = None if user_id is None else await session.get(User, user_id)
    if user is None or not user.is_active:
        raise Unauthorized("Not authenticated")
    return user


CurrentUser = Annotated[User, Depends(get_current_user)]


async def get_own_todo(todo_id: TodoId, user: CurrentUser, session: SessionDep) -> Todo:
    own = select(Todo).where(Todo.id == todo_id, Todo.owner_id == user.id)
    todo = await session.scalar(own)
    if todo is None:
        raise NotFound("there is no such todo")
    return todo


OwnTodo = Annotated[Todo, Depends(get_own_todo)]


def get_notifier(connection: HTTPConnection) -> notifier.Notifier:
    return HubNotifier(connection.state.hub)


NotifierDep = Annotated[notifier.Notifier, Depends(get_notifier)]


def etag(todo: Todo) -> str:
    return f'"{todo.version}"'


async def get_unchanged_todo(
    todo: OwnTodo, if_match: Annotated[str | None, Header()] = None
) -> Todo:
    """The user's own todo, unless If-Match says that an older one was read."""
    if if_match not in (None, "*", etag(todo)):
        raise Changed("this was changed since you read it")
    return todo


UnchangedTodo = Annotated[Todo, Depends(get_unchanged_todo)]
