"""What the verbs of ``oreflow trace`` share: opening a ledger, reading small files, saying what became of records."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from oreflow.cli.output import print_json, progress

if TYPE_CHECKING:
    from oreflow.atlas import World
    from oreflow.trace.audit import Audit, Finding
    from oreflow.trace.workspace import Workspace

PASSPHRASE = "OREFLOW_PASSPHRASE"
"""Variable of the environment that holds the passphrase of the keys, so that it stands in no list of processes."""


def opened(folder: Path) -> Workspace:
    """Open the ledger of a folder."""
    from oreflow.trace.workspace import Workspace

    return Workspace.open(folder)


def passphrase() -> str | None:
    """Return the passphrase of the keys; none where the variable is not set."""
    return os.environ.get(PASSPHRASE) or None


def kind(body: bytes, name: str) -> tuple[str, bool]:
    """Return whether a document is of EPCIS, and whether it carries a signature that holds."""
    from oreflow.trace import credential
    from oreflow.trace.jsonin import loads

    data = loads(body, name=name)
    if isinstance(data, dict) and data.get("type") in ("EPCISDocument", "EPCISQueryDocument"):
        return "epcis", False
    if not isinstance(data, dict) or "proof" not in data:
        return "untp", False
    checked = credential.verify(data)
    unsure = [f for f in checked.failures if f.rule == "issuer-unknown"]
    if checked.failures and not unsure:
        checked.require()
    return "untp", not unsure


def audit(
    kept: Workspace, world: World, as_of: str, *, records: bool, quiet: bool, workers: int = 1
) -> Audit:
    """Audit a ledger, with or without its signatures and log."""
    from oreflow.trace.audit import audit as look
    from oreflow.trace.audit.records import records as hold
    from oreflow.trace.model.times import seconds

    moment = seconds(as_of, where="--as-of") if as_of else None
    with progress("Auditing", quiet=quiet) as tick:
        also = (
            list(
                hold(
                    kept.ledger,
                    kept.log,
                    seen=kept.seen(),
                    workers=workers,
                    tell=lambda done, total: tick(0, f"Records {done:,} of {total:,}"),
                )
            )
            if records
            else []
        )
        return look(kept.ledger, world=world, as_of=moment, also=also, tell=lambda text: tick(0, text))


def about(whole: Audit, nodes: Any) -> tuple[Finding, ...]:
    """Return the findings that are about some makings."""
    events = {n.event for n in nodes}
    lots = {lot for n in nodes for lot in n.lots}
    return tuple(f for f in whole.findings if events & set(f.events) or lots & set(f.lots))


def costs(path: Path | None) -> dict[str, float]:
    """Read what was paid for lots from a CSV file of lot and usd."""
    import csv
    import io

    from oreflow.errors import SchemaError
    from oreflow.trace.model.amounts import decimal

    if path is None:
        return {}
    table = csv.DictReader(io.StringIO(content(path).decode("utf-8-sig", "replace")))
    if set(table.fieldnames or ()) != {"lot", "usd"}:
        raise SchemaError(f"{path}: the columns are lot and usd.")
    return {
        r["lot"]: float(decimal(r["usd"] or "", where=f"{path}, row {i}")) for i, r in enumerate(table, 2)
    }


def content(path: Path) -> bytes:
    """Return the bytes of a small file."""
    from oreflow.errors import ReadError

    try:
        if path.stat().st_size > 16 << 20:
            raise ReadError(f"{path} is larger than 16 MB.")
        return path.read_bytes()
    except OSError as e:
        raise ReadError(f"{path} cannot be read: {e.strerror or e}.") from e


def told(out: Any, size: int, *, as_json: bool, remarks: list[str] | None = None) -> None:
    """Say what became of records that were handed in."""
    if as_json:
        print_json({"added": len(out.added), "known": len(out.known), "conflicts": out.conflicts, "log": size,
                    "remarks": remarks or []})  # fmt: skip
        return
    click.echo(
        f"{len(out.added)} event{'' if len(out.added) == 1 else 's'} added, {len(out.known)} known already; "
        f"the log has {size} entries."
    )
    for name in out.conflicts:
        click.echo(f"{name} stands there with other contents; what was handed in is kept as evidence.")
    for remark in (remarks or [])[:20]:
        click.echo(remark)


def plain(value: Any) -> dict[str, Any]:
    """Return a place or party as JSON data."""
    from dataclasses import asdict

    return {k: v for k, v in asdict(value).items() if v not in ("", None)}


def short(value: Any) -> str:
    """Return a value of a passport in a line."""
    from oreflow.cli.output import to_json

    if isinstance(value, dict) and set(value) == {"value", "unit"}:
        return f"{value['value']:,.6g} {value['unit']}"
    if isinstance(value, dict) and "name" in value:
        return ", ".join(str(v) for k, v in value.items() if k != "id" and v)
    if isinstance(value, list) and all(isinstance(v, str) for v in value):
        return ", ".join(value)
    if isinstance(value, list):
        return ", ".join(f"{v.get('element') or v.get('material')} {100 * v['share']:.3g} %" for v in value)
    if isinstance(value, dict) and "findings" in value:
        return f"{value['makings_on_record']} makings on record, {len(value['findings'])} findings"
    return value if isinstance(value, str) else to_json(value, indent=None)
