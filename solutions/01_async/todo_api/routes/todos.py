from collections.abc import Sequence

from fastapi import APIRouter, HTTPException, Request
from sqlalchemy import select

from todo_api.models import Todo
from todo_api.schemas import TodoCreate, TodoList, TodoRead

router = APIRouter(prefix="/api/v1/todos", tags=["todos"])


# The worked example: a session for as long as it is needed, and no longer.
@router.get("", response_model=TodoList)
async def list_todos(request: Request) -> dict[str, Sequence[Todo]]:
    async with request.state.sessions() as session:
        todos = (await session.scalars(select(Todo).order_by(Todo.id))).all()
    return {"items": todos}


@router.get("/{todo_id}", response_model=TodoRead)
async def read_todo(todo_id: int, request: Request) -> Todo:
    async with request.state.sessions() as session:
        todo: Todo | None = await session.get(Todo, todo_id)
    if todo is None:
        raise HTTPException(404, "there is no such todo")
    return todo


@router.post("", status_code=201, response_model=TodoRead)
async def create_todo(body: TodoCreate, request: Request) -> Todo:
    todo = Todo(**body.model_dump())
    # region 01.3: keep the todo: add it to a session and commit
    async with request.state.sessions() as session:
        session.add(todo)
        await session.commit()
    # endregion
    return todo


@router.delete("/{todo_id}", status_code=204)
async def delete_todo(todo_id: int, request: Request) -> None:
    # region 01.3: remove it, or 404, and commit
    async with request.state.sessions() as session:
        todo = await session.get(Todo, todo_id)
        if todo is None:
            raise HTTPException(404, "there is no such todo")
        await session.delete(todo)
        await session.commit()
    # endregion
