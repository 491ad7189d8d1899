"""Opening the database of a ledger: SQLite in a file, or PostgreSQL by URL."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from oreflow.errors import OreflowError, UsageError

_LOCK = 0x6F72_6566
"""Advisory lock of PostgreSQL that writers of a ledger hold."""
_WAIT = 60


def engine_of(place: str | Path) -> Engine:
    """Return the engine of a ledger.

    Args:
        place: Path of a SQLite file, or a URL ``sqlite:///…`` or ``postgresql://user@host:port/database``. The
            password of a server is read from the variable PGPASSWORD where the URL has none.

    Returns:
        An engine whose transactions begin as `reading` and `writing` say.

    Raises:
        UsageError: The URL cannot be understood, or names another kind of database.
    """
    url = _url(place)
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": _WAIT})
        event.listen(engine, "connect", _tune)
        event.listen(engine, "begin", _begin)
        return engine
    return create_engine(url, pool_pre_ping=True)


def file_of(engine: Engine) -> Path | None:
    """Return the file of a SQLite ledger; none for PostgreSQL."""
    return Path(str(engine.url.database)) if engine.dialect.name == "sqlite" else None


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give a connection that sees one state of the ledger and changes nothing."""
    with told(engine), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Give a connection on which this writer is alone; everything is kept at the end, or nothing."""
    with told(engine), engine.connect().execution_options(write=True) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        yield connection


@contextmanager
def told(engine: Engine) -> Iterator[None]:
    """Turn what the database says into an error of ours, without its address."""
    try:
        yield
    except SQLAlchemyError as e:
        said = str(getattr(e, "orig", None) or e).strip().splitlines()
        name = file_of(engine) or f"{engine.url.host}/{engine.url.database}"
        raise OreflowError(f"ledger {name}: {(said or ['the database refused'])[0][:300]}.") from e


def _url(place: str | Path) -> URL:
    text = str(place)
    if "://" not in text:
        return URL.create("sqlite", database=text)
    try:
        url = make_url(text)
    except ArgumentError:
        raise UsageError(
            "the ledger's URL cannot be read. Write sqlite:///FILE or postgresql://HOST/NAME."
        ) from None
    name = url.get_backend_name()
    if name == "postgresql":
        return url.set(drivername="postgresql+pg8000", password=url.password or os.environ.get("PGPASSWORD"))
    if name != "sqlite" or not url.database or url.database == ":memory:":
        raise UsageError(f"a ledger is kept in a SQLite file or in PostgreSQL, not in {name}:…")
    return url


def _tune(connection: Any, _: object) -> None:
    # The driver's own transactions begin too late for readers and writers to be told apart.
    connection.isolation_level = None
    # A commit is on disk before it returns, also when the machine loses power.
    for line in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF"):
        connection.execute(f"PRAGMA {line}")


def _begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
