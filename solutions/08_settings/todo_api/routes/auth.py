from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.security import OAuth2PasswordRequestForm
from sqlalchemy import select

from todo_api.dependencies import SessionDep, SettingsDep
from todo_api.errors import Unauthorized
from todo_api.models import User
from todo_api.openapi import errors
from todo_api.schemas import Token
from todo_api.security import check_password, create_token

router = APIRouter(prefix="/api/v1/auth", tags=["auth"])


@router.post("/token", responses=errors(400, 401, 422, 503))
async def login(
    form: Annotated[OAuth2PasswordRequestForm, Depends()],
    session: SessionDep,
    settings: SettingsDep,
    request: Request,
) -> Token:
    # OAuth2 calls it username; here it is the e-mail, in the one spelling it was stored in. NUL,
    # which PostgreSQL refuses to compare, becomes a space: neither is in anybody's e-mail.
    email = form.username.lower().replace("\0", " ")
    user = await session.scalar(select(User).where(User.email == email))
    known = user.password_hash if user else None
    decoy, cost = request.state.decoy, settings.password_cost
    right = await check_password(form.password, known, decoy, cost)
    if user is None or not right:
        raise Unauthorized("wrong e-mail or password")
    seconds = settings.access_token_expire_minutes * 60
    return Token(access_token=create_token(user.id, settings), expires_in=seconds)
