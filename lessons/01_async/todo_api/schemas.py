"""Given until lesson 02 gives them rules: the shapes of what comes in and what goes out."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict


class TodoCreate(BaseModel):
    title: str
    notes: str | None = None
    priority: int = 3
    due_at: datetime | None = None


class TodoRead(BaseModel):
    # from_attributes: a row of the database can be answered as it is.
    model_config = ConfigDict(from_attributes=True)

    id: int
    title: str
    notes: str | None
    priority: int
    completed: bool
    due_at: datetime | None
    created_at: datetime
    updated_at: datetime


class TodoList(BaseModel):
    items: list[TodoRead]
