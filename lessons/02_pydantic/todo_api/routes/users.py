from fastapi import APIRouter, HTTPException, Request
from sqlalchemy import or_, select

from todo_api.models import User
from todo_api.schemas import UserCreate, UserRead
from todo_api.security import hash_password

router = APIRouter(prefix="/api/v1/users", tags=["users"])


# TODO 02.5: say what leaves
@router.post("", status_code=201, response_model=None)
# end 02.5
async def register(body: UserCreate, request: Request) -> User:
    password = body.password.get_secret_value()
    user = User(
        email=body.email,
        name=body.name,
        name_key=body.name.casefold(),
        password_hash=await hash_password(password, request.state.settings.password_cost),
    )
    same = or_(User.email == user.email, User.name_key == user.name_key)
    async with request.state.sessions() as session:
        if await session.scalar(select(User.id).where(same)):  # two at once: lesson 05
            raise HTTPException(409, "this e-mail or name is taken")
        session.add(user)
        await session.commit()
    return user
