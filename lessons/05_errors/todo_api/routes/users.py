import sqlalchemy as sa
from fastapi import APIRouter

from todo_api.dependencies import CurrentUser, SessionDep, SettingsDep
from todo_api.errors import Conflict
from todo_api.models import User
from todo_api.schemas import UserCreate, UserRead
from todo_api.security import hash_password

router = APIRouter(prefix="/api/v1/users", tags=["users"])


@router.post("", status_code=201, response_model=UserRead)
async def register(body: UserCreate, session: SessionDep, settings: SettingsDep) -> User:
    password = body.password.get_secret_value()
    user = User(
        email=body.email,
        name=body.name,
        name_key=body.name.casefold(),
        password_hash=await hash_password(password, settings.password_cost),
    )
    # TODO 05.5: the database says what is taken, also when two ask at once
    same = sa.or_(User.email == user.email, User.name_key == user.name_key)
    if await session.scalar(sa.select(User.id).where(same)):
        raise Conflict("this e-mail or name is taken")
    session.add(user)
    await session.flush()
    # end 05.5
    return user


@router.get("/me", response_model=UserRead)
async def me(user: CurrentUser) -> User:
    return user
