"""Lesson 02's claim, measured: three handlers have the same row; what of it leaves the API."""

from fastapi import FastAPI
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from fastapi.testclient import TestClient
from pydantic import BaseModel
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    password_hash: Mapped[str]


class UserRead(BaseModel):
    id: int
    name: str


app = FastAPI()
row = User(id=1, name="Ada", password_hash="$argon2id$…")


@app.get("/model", response_model=UserRead)
def a_row_and_a_model() -> User:
    return row


@app.get("/dict")
def a_dict_and_no_model() -> dict[str, object]:
    return dict(jsonable_encoder(row))


@app.get("/response", response_model=UserRead)
def a_response_past_the_model() -> JSONResponse:
    return JSONResponse(jsonable_encoder(row))


if __name__ == "__main__":
    client = TestClient(app)
    for what, path in (
        ("the row, and a response model:", "/model"),
        ("a dict, and no response model:", "/dict"),
        ("a JSONResponse, and a response model:", "/response"),
    ):
        print(f"{what:<38}{', '.join(sorted(client.get(path).json()))}")
