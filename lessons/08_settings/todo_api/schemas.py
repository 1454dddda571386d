"""What comes in, with its rules, and what goes out."""

from datetime import UTC, datetime
from typing import Annotated, Self
from unicodedata import category

from fastapi import Path, Query
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    EmailStr,
    Field,
    SecretStr,
    StringConstraints,
    model_validator,
)


def refuse_control_characters(value: str) -> str:
    """NUL, escapes and lone surrogates: no database or terminal wants them."""
    if any(category(character) in {"Cc", "Cs"} and character not in "\n\t" for character in value):
        raise ValueError("control characters are not allowed")
    return value


def refuse_control_characters_in(secret: SecretStr) -> SecretStr:
    refuse_control_characters(secret.get_secret_value())
    return secret


def refuse_numbers(value: object) -> object:
    """Pydantic would take one as seconds since 1970; our description says that a time is a text."""
    if isinstance(value, int | float):
        raise ValueError("a time is written as a text")
    return value


def in_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("in UTC this time is outside the years 1 to 9999") from error


# The worked example: a rule made once, used wherever text comes in.
Text = Annotated[
    str, StringConstraints(strip_whitespace=True), AfterValidator(refuse_control_characters)
]
# A time needs its zone, and is kept in UTC; so every answer says it the same way.
Instant = Annotated[AwareDatetime, BeforeValidator(refuse_numbers), AfterValidator(in_utc)]
# Never stripped, and never shown: neither in a log nor in a traceback.
Password = Annotated[SecretStr, AfterValidator(refuse_control_characters_in)]
# Ids are the database's integers; PostgreSQL refuses to compare one with a larger number.
TodoId = Annotated[int, Path(ge=1, le=2**31 - 1)]


class TodoCreate(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: Text = Field(min_length=1, max_length=200)
    notes: Text | None = Field(None, max_length=10_000)
    priority: int = Field(3, ge=1, le=5)
    due_at: Instant | None = None


class TodoPatch(TodoCreate):
    # What isn't sent is never dumped, so these defaults only say that a field may be left out.
    title: Text = Field("", min_length=1, max_length=200)
    completed: bool = False


class TodoRead(BaseModel):
    """The worked example: only what is named here leaves the API."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    title: str
    notes: str | None
    priority: int
    completed: bool
    due_at: datetime | None
    created_at: datetime
    updated_at: datetime


class Page(BaseModel):
    model_config = ConfigDict(extra="forbid")
    page: int = Field(1, ge=1, le=10_000)
    size: int = Field(20, ge=1, le=100)
    completed: bool | None = None
    priority: int | None = Field(None, ge=1, le=5)


PageQuery = Annotated[Page, Query()]


class TodoList(BaseModel):
    items: list[TodoRead]
    total: int
    page: int
    size: int


class UserCreate(BaseModel):
    model_config = ConfigDict(extra="forbid")
    email: Annotated[EmailStr, AfterValidator(str.lower)]
    name: Text = Field(min_length=3, max_length=50)
    password: Password = Field(min_length=8, max_length=128)
    password_again: Password

    @model_validator(mode="after")
    def passwords_agree(self) -> Self:
        if self.password != self.password_again:
            raise ValueError("the passwords differ")
        return self


class UserRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    email: str
    name: str
    is_active: bool
    created_at: datetime


class Token(BaseModel):
    access_token: str
    token_type: str = "bearer"
    expires_in: int


class TicketRead(BaseModel):
    ticket: str
    expires_in: int


class Said(BaseModel):
    """A frame that a client may send."""

    model_config = ConfigDict(extra="forbid")
    text: Text = Field(min_length=1, max_length=1000)
