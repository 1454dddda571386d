import sqlalchemy as sa
from fastapi import APIRouter

from todo_api.dependencies import CurrentUser, SessionDep, SettingsDep
from todo_api.errors import Conflict
from todo_api.models import User
from todo_api.openapi import errors
from todo_api.schemas import UserCreate, UserRead
from todo_api.security import hash_password

router = APIRouter(prefix="/api/v1/users", tags=["users"], responses=errors(503))


@router.post("", status_code=201, response_model=UserRead, responses=errors(400, 409, 422))
async def register(body: UserCreate, session: SessionDep, settings: SettingsDep) -> User:
    password = body.password.get_secret_value()
    user = User(
        email=body.email,
        name=body.name,
        name_key=body.name.casefold(),
        password_hash=await hash_password(password, settings.password_cost),
    )
    session.add(user)
    try:
        await session.flush()
    except sa.exc.IntegrityError as error:
        raise Conflict("this e-mail or name is taken") from error
    return user


@router.get("/me", response_model=UserRead, responses=errors(401))
async def me(user: CurrentUser) -> User:
    return user
