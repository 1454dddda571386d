from typing import Any

from fastapi import APIRouter, BackgroundTasks, Response
from sqlalchemy import func, select

from todo_api.dependencies import (
    CurrentUser,
    NotifierDep,
    OwnTodo,
    SessionDep,
    UnchangedTodo,
    etag,
)
from todo_api.models import Todo
from todo_api.openapi import errors
from todo_api.schemas import PageQuery, TodoCreate, TodoList, TodoPatch, TodoRead

router = APIRouter(prefix="/api/v1/todos", tags=["todos"], responses=errors(401, 422, 503))


@router.get("", response_model=TodoList)
async def list_todos(wanted: PageQuery, user: CurrentUser, session: SessionDep) -> dict[str, Any]:
    filters = wanted.model_dump(include={"completed", "priority"}, exclude_none=True)
    chosen = select(Todo).filter_by(owner_id=user.id, **filters)
    page = chosen.order_by(Todo.id).limit(wanted.size).offset((wanted.page - 1) * wanted.size)
    total = await session.scalar(select(func.count()).select_from(chosen.subquery()))
    todos = (await session.scalars(page)).all()
    return {"items": todos, "total": total, "page": wanted.page, "size": wanted.size}


@router.get("/{todo_id}", response_model=TodoRead, responses=errors(404))
async def read_todo(todo: OwnTodo, response: Response) -> Todo:
    response.headers["ETag"] = etag(todo)
    return todo


@router.post("", status_code=201, response_model=TodoRead, responses=errors(400))
async def create_todo(
    body: TodoCreate,
    user: CurrentUser,
    session: SessionDep,
    notifier: NotifierDep,
    tasks: BackgroundTasks,
    response: Response,
) -> Todo:
    todo = Todo(owner_id=user.id, **body.model_dump())
    session.add(todo)
    await session.flush()  # the answer needs the id, and is written before the commit
    tasks.add_task(notifier.todo_changed, user.id, "created", todo.id)
    response.headers["ETag"] = etag(todo)
    response.headers["Location"] = f"{router.prefix}/{todo.id}"
    return todo


@router.patch("/{todo_id}", response_model=TodoRead, responses=errors(400, 404, 409, 412))
async def change_todo(
    todo: UnchangedTodo,
    body: TodoPatch,
    session: SessionDep,
    notifier: NotifierDep,
    tasks: BackgroundTasks,
    response: Response,
) -> Todo:
    for name, value in body.model_dump(exclude_unset=True).items():
        setattr(todo, name, value)
    await session.flush()
    tasks.add_task(notifier.todo_changed, todo.owner_id, "changed", todo.id)
    response.headers["ETag"] = etag(todo)
    return todo


@router.delete("/{todo_id}", status_code=204, responses=errors(404, 409, 412))
async def delete_todo(
    todo: UnchangedTodo, session: SessionDep, notifier: NotifierDep, tasks: BackgroundTasks
) -> None:
    await session.delete(todo)
    tasks.add_task(notifier.todo_changed, todo.owner_id, "deleted", todo.id)
