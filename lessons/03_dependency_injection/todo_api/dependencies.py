"""What a handler can ask for: by a name, each with the function that brings it."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, HTTPException
from fastapi.requests import HTTPConnection
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from todo_api.models import Todo, User
from todo_api.notifier import LogNotifier, Notifier
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
    # TODO 03.1: one database session a request; commit when the handler is done, unless it failed
    raise NotImplementedError("03.1")
    # end 03.1


# TODO 03.1: end it before the answer leaves, not after
SessionDep = Annotated[AsyncSession, Depends(get_session)]
# end 03.1

BearerToken = Annotated[str, Depends(OAuth2PasswordBearer(tokenUrl="/api/v1/auth/token"))]


async def get_current_user(token: BearerToken, session: SessionDep, settings: SettingsDep) -> User:
    # TODO 03.3: the user that the token names; one and the same 401 for every other case
    raise NotImplementedError("03.3")
    # end 03.3


CurrentUser = Annotated[User, Depends(get_current_user)]


async def get_own_todo(todo_id: TodoId, user: CurrentUser, session: SessionDep) -> Todo:
    # TODO 03.4: the user's own todo; anyone else's is a 404, as one that never was
    raise NotImplementedError("03.4")
    # end 03.4


OwnTodo = Annotated[Todo, Depends(get_own_todo)]


def get_notifier() -> Notifier:
    return LogNotifier()


NotifierDep = Annotated[Notifier, Depends(get_notifier)]
