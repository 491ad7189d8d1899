"""The tables of the ledger, and what keeps anybody from rewriting them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
)

VERSION = 1
"""Version of the schema. A ledger of a later one is refused; there is no earlier one."""
schema = MetaData()

meta = Table("meta", schema, Column("key", Text, primary_key=True), Column("value", Text, nullable=False))
terms = Table(
    "terms",
    schema,
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("term", Text, nullable=False, unique=True),
)
facilities = Table(
    "facilities",
    schema,
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("facility", Integer, nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("country", Text, nullable=False),
    Column("lat", Double),
    Column("lon", Double),
    Column("plant", Text, nullable=False),
    Column("operator", Text, nullable=False),
    Column("province", Text, nullable=False),
)
parties = Table(
    "parties",
    schema,
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("party", Integer, nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("country", Text, nullable=False),
    Column("firm", Text, nullable=False),
)
events = Table(
    "events",
    schema,
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("event", Integer, nullable=False, unique=True),
    Column("kind", SmallInteger, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("issuer", Integer, nullable=False),
    Column("facility", Integer, nullable=False),
    Column("target", Integer, nullable=False),
    Column("process", Integer, nullable=False),
    Column("signed", SmallInteger, nullable=False),
    Column("consignment", Integer, nullable=False),
    Column("mode", SmallInteger, nullable=False),
    Column("log", Integer, nullable=False),
    Column("corrects", Integer, nullable=False, index=True),
    Column("hash", LargeBinary, nullable=False),
)
lots = Table(
    "lots",
    schema,
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("lot", Integer, nullable=False, index=True),
    Column("event", Integer, nullable=False, index=True),
    Column("product", Text, nullable=False),
    Column("mass", BigInteger, nullable=False),
    Column("moisture", Integer, nullable=False),
    Column("commodity", Integer, nullable=False),
    Column("custody", SmallInteger, nullable=False),
    Column("owner", Integer, nullable=False),
    Column("energy", BigInteger),
    Column("country", Integer, nullable=False),
    Column("recycled", SmallInteger, nullable=False),
)
assays = Table(
    "assays",
    schema,
    Column("i", Integer, nullable=False),
    Column("lot", Integer, nullable=False),
    Column("element", Integer, nullable=False),
    Column("share", Integer, nullable=False),
    Column("tolerance", Integer),
)
claims = Table(
    "claims",
    schema,
    Column("i", Integer, nullable=False),
    Column("lot", Integer, nullable=False),
    Column("country", Integer, nullable=False),
    Column("share", Integer, nullable=False),
    Column("element", Integer, nullable=False),
)
lines = Table(
    "lines",
    schema,
    Column("i", Integer, nullable=False),
    Column("event", Integer, nullable=False),
    Column("lot", Integer, nullable=False),
    Column("mass", BigInteger, nullable=False),
)
entries = Table(
    "entries",
    schema,
    Column("i", Integer, nullable=False),
    Column("event", Integer, nullable=False, index=True),
    Column("account", Integer, nullable=False),
    Column("element", Integer, nullable=False),
    Column("mass", BigInteger, nullable=False),
    Column("country", Integer, nullable=False),
    Column("expires", BigInteger),
)
certificates = Table(
    "certificates",
    schema,
    Column("i", Integer, nullable=False),
    Column("event", Integer, nullable=False, index=True),
    Column("certificate", Integer, nullable=False),
    Column("element", Integer, nullable=False),
    Column("mass", BigInteger, nullable=False),
    Column("retired", SmallInteger, nullable=False),
)
documents = Table(
    "documents",
    schema,
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("event", Integer, nullable=False, index=True),
    Column("form", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
seals = Table(
    "seals",
    schema,
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("salt", LargeBinary, nullable=False),
    Column("entry", LargeBinary, nullable=False),
)
logged = Table(
    "logged",
    schema,
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("place", BigInteger, nullable=False, unique=True),
)
conflicts = Table(
    "conflicts",
    schema,
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("event", Integer, nullable=False, index=True),
    Column("hash", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
origins = Table(
    "origins",
    schema,
    Column("event", Integer, primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
)
derived = Table("derived", schema, Column("key", Text, primary_key=True), Column("value", LargeBinary))

Index("assays_lot", assays.c.lot)
Index("claims_lot", claims.c.lot)
Index("lines_event", lines.c.event)
Index("lines_lot", lines.c.lot)

DERIVED = (origins, derived)
"""Tables that are computed from the others and may be computed anew; nothing else is ever changed."""


def create(connection: Connection) -> None:
    """Make all tables and the triggers that refuse a change to what was written."""
    schema.create_all(connection)
    sqlite = connection.dialect.name == "sqlite"
    if not sqlite:
        connection.exec_driver_sql(
            "CREATE OR REPLACE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$"
        )
    for table in schema.sorted_tables:
        if table in DERIVED:
            continue
        for action in ("UPDATE", "DELETE"):
            name = f"{table.name}_no_{action.lower()}"
            connection.exec_driver_sql(
                f"CREATE TRIGGER {name} BEFORE {action} ON {table.name} "
                "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
                if sqlite
                else f"CREATE TRIGGER {name} BEFORE {action} ON {table.name} "
                "FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only()"
            )
        if not sqlite:
            connection.exec_driver_sql(
                f"CREATE TRIGGER {table.name}_no_truncate BEFORE TRUNCATE ON {table.name} "
                "FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only()"
            )
