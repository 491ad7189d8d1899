"""``oreflow trace``: a ledger of lots, what proves it, what does not add up in it, and where metal came from."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from oreflow.cli import ledgers
from oreflow.cli.again import again
from oreflow.cli.output import check_suffix, deliver, html_option, json_option, print_json, progress, say

if TYPE_CHECKING:
    from oreflow.trace.audit import Finding
    from oreflow.trace.model import Event, Facility, Party

F = TypeVar("F", bound=Callable[..., Any])

folder_argument = click.argument("folder", type=click.Path(path_type=Path))
with_option = click.option(
    "--with", "with_", type=click.Path(path_type=Path), help="Tables laid over the world."
)


def _needs(command: F) -> F:
    """Say which packages are missing instead of showing where they were looked for."""

    @wraps(command)
    def run(*args: Any, **options: Any) -> Any:
        from oreflow.errors import UsageError

        try:
            return command(*args, **options)
        except ModuleNotFoundError as e:
            if (e.name or "").split(".")[0] in ("sqlalchemy", "cryptography", "rfc8785", "pg8000"):
                extra = "postgres" if e.name == "pg8000" else "trace"
                raise UsageError(
                    f"the package {e.name} is missing. Install it with: pip install 'oreflow[{extra}]'"
                ) from None
            raise

    return run  # type: ignore[return-value]


@click.group()
def trace() -> None:
    """Keep a ledger of lots, prove it, audit it, and say where metal came from.

    A ledger lies in a folder of its own, with the log that makes its records unchangeable and the keys that sign them.
    Where the keys have a passphrase, it is read from the variable OREFLOW_PASSPHRASE.
    """


@trace.command()
@folder_argument
@click.option(
    "--ledger",
    default="",
    metavar="URL",
    help="Database, e.g. postgresql://user@host/name; a SQLite file without.",
)
@click.option("--origin", default="", metavar="NAME", help="Name of the log, e.g. example.com/ledger.")
@json_option
@_needs
def init(folder: Path, ledger: str, origin: str, as_json: bool) -> None:
    """Make an empty ledger in FOLDER, with its log and keys."""
    from oreflow.trace.workspace import Workspace

    with Workspace.create(folder, ledger=ledger, origin=origin, passphrase=ledgers.passphrase()) as made:
        told = {
            "folder": str(folder),
            "issuer": made.issuer,
            "log": made.log.origin,
            "key": str(made.log.verifier),
        }
    if as_json:
        print_json(told)
        return
    click.echo(f"Ledger in {folder}.\nIssuer: {told['issuer']}\nLog:    {told['log']}\nKey:    {told['key']}")


@trace.command()
@folder_argument
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@json_option
@_needs
def add(folder: Path, files: tuple[Path, ...], as_json: bool) -> None:
    """Sign events of your own from FILES, and put them into the ledger and its log.

    A file holds events in JSON: a list, or an object with events, facilities and parties.
    """
    from oreflow.trace.jsonin import loads
    from oreflow.trace.workspace import BULK, documents_in, own_events

    with ledgers.opened(folder) as kept, progress("Adding", quiet=as_json):
        events: list[Event] = []
        facilities: list[Facility] = []
        parties: list[Party] = []
        for name, body in documents_in(files):
            found = own_events(loads(body, limits=BULK, name=name), issuer=kept.issuer, where=name)
            events += found[0]
            facilities += found[1]
            parties += found[2]
        out = kept.sign(events, facilities=facilities, parties=parties, passphrase=ledgers.passphrase())
        size = kept.log.size
    ledgers.told(out, size, as_json=as_json)


@trace.command(name="import")
@folder_argument
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--issuer", default="", metavar="ID", help="Who hands in EPCIS documents, which name no issuer."
)
@json_option
@_needs
def import_(folder: Path, files: tuple[Path, ...], issuer: str, as_json: bool) -> None:
    """Read records of others: credentials of UNTP and documents of EPCIS, from FILES, folders or zip archives.

    A record whose signature does not hold is refused; one that carries none is taken and named.
    """
    from oreflow.trace import epcis, untp
    from oreflow.trace.workspace import documents_in

    untp_documents: list[tuple[str, bytes]] = []
    epcis_documents: list[tuple[str, bytes]] = []
    unsigned = 0
    with ledgers.opened(folder) as kept, progress("Importing", quiet=as_json):
        for name, body in documents_in(files):
            kind, proved = ledgers.kind(body, name)
            (epcis_documents if kind == "epcis" else untp_documents).append((name, body))
            unsigned += kind != "epcis" and not proved
        read = untp.gather(untp_documents)
        events, documents, remarks = read.events, read.documents, read.remarks
        for name, body in epcis_documents:
            more, told = epcis.to_events(epcis.read(body, name=name), issuer=issuer or kept.issuer)
            events += more
            remarks += [f"{name}: {t}" for t in told]
            documents += [(e.event, "epcis", body) for e in more[:1]]
        out = kept.take(events, facilities=read.facilities.values(), parties=read.parties.values(),
                        documents=documents, passphrase=ledgers.passphrase())  # fmt: skip
        size = kept.log.size
    if unsigned:
        remarks.append(f"{unsigned} record{'s carry' if unsigned > 1 else ' carries'} no signature.")
    ledgers.told(out, size, as_json=as_json, remarks=remarks)


@trace.command()
@click.argument("record", type=click.Path(path_type=Path))
@click.option("--proof", type=click.Path(path_type=Path), help="Proof that it is in a log.")
@click.option("--log-key", default="", metavar="KEY", help="Key of that log, as `init` and `prove` print it.")
@click.option(
    "--policy", type=click.Path(path_type=Path), help="Policy of logs and witnesses, in place of --log-key."
)
@json_option
@_needs
def verify(record: Path, proof: Path | None, log_key: str, policy: Path | None, as_json: bool) -> None:
    """Check the signature of a RECORD, and that it is in a log. Needs no ledger and no network."""
    import time

    from oreflow.errors import UsageError
    from oreflow.trace import credential, log
    from oreflow.trace.jsonin import canonical

    body = ledgers.content(record)
    found = credential.verify(body)
    found.require()
    told: dict[str, Any] = {"record": str(record), "issuer": found.issuer, "signatures": len(found.proofs)}
    if proof is not None:
        if bool(log_key) == bool(policy):
            raise UsageError("give --log-key or --policy: whom to trust with the log.")
        trusted = (
            log.read_policy(ledgers.content(policy))
            if policy
            else log.k_of_n([log.read_vkey(log_key)], [], 0)
        )
        read = log.read_proof(ledgers.content(proof), what=str(proof))
        from oreflow.trace.jsonin import loads

        shown = log.verify_record(
            read, canonical(loads(body, name=str(record))), trusted, now=int(time.time())
        )
        told |= {
            "log": shown.origin,
            "entry": shown.index,
            "size": shown.size,
            "cosigned_at": shown.cosigned_at,
        }
    if as_json:
        print_json(told)
        return
    click.echo(f"{record}: signed by {found.issuer}; the signature holds.")
    if proof is not None:
        click.echo(f"It is entry {told['entry']} of {told['log']}, which had {told['size']} entries.")


@trace.command()
@folder_argument
@click.argument("event")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="Folder for the record and its proof."
)
@click.option(
    "--policy", type=click.Path(path_type=Path), help="Ask the witnesses of this policy to cosign first."
)
@json_option
@_needs
def prove(folder: Path, event: str, out: Path, policy: Path | None, as_json: bool) -> None:
    """Write what proves to a stranger that an EVENT is on record: the record and a proof file."""
    from oreflow.files import write_bytes
    from oreflow.trace import log

    with ledgers.opened(folder) as kept:
        if policy is not None:
            log.collect(kept.log, log.read_policy(ledgers.content(policy), what=str(policy)))
        body, proof, _ = kept.proof(event)
        key = str(kept.log.verifier)
    files = {"record": out / "record.json", "proof": out / "record.tlog-proof"}
    write_bytes(files["record"], body)
    write_bytes(files["proof"], proof)
    if as_json:
        print_json({n: str(p) for n, p in files.items()} | {"key": key})
        return
    click.echo(f"Written: {files['record']} and {files['proof']}. Anybody checks them with:")
    click.echo(f"oreflow trace verify {files['record']} --proof {files['proof']} --log-key '{key}'")


@trace.command()
@folder_argument
@click.option(
    "--as-of",
    default="",
    metavar="DAY",
    help="Day up to which receipts are due; that of the last event without.",
)
@click.option("--no-records", is_flag=True, help="Leave signatures and the log aside; quicker.")
@click.option("--workers", default=2, show_default=True, help="Processes that check signatures side by side.")
@with_option
@html_option
@json_option
@_needs
def audit(
    folder: Path,
    as_of: str,
    no_records: bool,
    workers: int,
    with_: Path | None,
    html: Path | None,
    as_json: bool,
) -> int:
    """Look for everything in the ledger that cannot be, or is hard to believe.

    The exit code is 4 where an error was found.
    """
    from oreflow.atlas import load
    from oreflow.report.answers.trace import audited

    check_suffix(html, "--html", (".html", ".htm"))
    world = load(with_)
    with ledgers.opened(folder) as kept:
        made = ledgers.audit(kept, world, as_of, records=not no_records, quiet=as_json, workers=workers)
    deliver(audited(made, world=world, where=folder.name, command=again()), made, as_json=as_json, html=html)
    return 4 if made.errors else 0


@trace.command()
@folder_argument
@click.argument("lot")
@click.option(
    "--ratio", metavar="KIND", help="Also the material-assistance cost ratio, as e.g. 'battery component'."
)
@click.option("--year", default=2026, show_default=True, help="Year of the ratio's threshold.")
@click.option(
    "--costs", type=click.Path(path_type=Path), help="What was paid for lots that go in: CSV of lot,usd."
)
@click.option(
    "--labour", is_flag=True, help="Also which names of the bundled forced-labour list stand behind it."
)
@click.option(
    "--list", "list_", type=click.Path(path_type=Path), help="A forced-labour list of your own (CSV)."
)
@click.option("--doubt", is_flag=True, help="Also what an audit finds about what is behind it.")
@with_option
@html_option
@json_option
@_needs
def origin(
    folder: Path,
    lot: str,
    ratio: str | None,
    year: int,
    costs: Path | None,
    labour: bool,
    list_: Path | None,
    doubt: bool,
    with_: Path | None,
    html: Path | None,
    as_json: bool,
) -> None:
    """Say where the metal of a LOT comes from, by country, firm and bloc."""
    from oreflow.atlas import load
    from oreflow.report.answers.trace import provenance
    from oreflow.trace.origin import origin as find
    from oreflow.trace.views import assistance, reach, upstream
    from oreflow.trace.views.labour import bundled, read_list

    check_suffix(html, "--html", (".html", ".htm"))
    world = load(with_)
    lists = ([*bundled()] if labour else []) + ([*read_list(list_)] if list_ else [])
    with ledgers.opened(folder) as kept:
        found = find(kept.ledger, lot, world=world)
        graph = upstream(kept.ledger, lot)
        share = (
            assistance(kept.ledger, lot, world=world, kind=ratio, year=year, costs=ledgers.costs(costs))
            if ratio
            else None
        )
        doubts: tuple[Finding, ...] = ()
        if doubt:
            whole = ledgers.audit(kept, world, "", records=False, quiet=as_json)
            doubts = ledgers.about(whole, graph.nodes)
        proofs = [
            ("log", kept.log.origin),
            ("key of the log", str(kept.log.verifier)),
            ("event", found.event),
        ]
    reached = reach(graph, found, lists=lists) if labour or list_ else None
    document = provenance(found, graph, world=world, findings=doubts, assistance=share, reached=reached, proofs=proofs,
                          command=again())  # fmt: skip
    data = {
        "origin": found,
        "makings": len(graph.nodes),
        "findings": doubts,
        "assistance": share,
        "reach": reached,
    }
    deliver(document, data, as_json=as_json, html=html)


@trace.command()
@folder_argument
@click.argument("lot")
@click.option("--out", type=click.Path(path_type=Path), help="Write the passport to this JSON file.")
@with_option
@json_option
@_needs
def passport(folder: Path, lot: str, out: Path | None, with_: Path | None, as_json: bool) -> None:
    """Fill the battery passport of a LOT (EU 2023/1542, Annex XIII) as far as the ledger can; say what is absent."""
    from oreflow.atlas import load
    from oreflow.cli.output import print_table, to_json
    from oreflow.files import write_text
    from oreflow.trace.views import passport as fill

    check_suffix(out, "--out", (".json",))
    world = load(with_)
    with ledgers.opened(folder) as kept:
        made = fill(
            kept.ledger,
            lot,
            world=world,
            findings=ledgers.audit(kept, world, "", records=False, quiet=True).findings,
        )
    if out is not None:
        write_text(out, to_json(made.to_plain()) + "\n")
        say(f"written: {out}")
    if as_json:
        print_json(made.to_plain())
        return
    rows = [(f.point, f.title, "absent" if f.value is None else ledgers.short(f.value)) for f in made.fields]
    print_table(("Point", "Field", "Value"), rows, title=f"Battery passport of {lot}",
                note=f"{made.filled} of {len(made.fields)} fields are in the ledger.")  # fmt: skip


@trace.command()
@folder_argument
@click.option("--name", required=True, metavar="NAME", help="Name of the witness, e.g. witness.example/w1.")
@click.option(
    "--log-key",
    "log_keys",
    multiple=True,
    required=True,
    metavar="KEY",
    help="Key of a log to cosign; may be repeated.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", default=0, show_default=True, help="Port; a free one for 0.")
@json_option
@_needs
def witness(folder: Path, name: str, log_keys: tuple[str, ...], host: str, port: int, as_json: bool) -> None:
    """Serve a witness that cosigns logs over HTTP, with its state and key in FOLDER. Stop it with Ctrl-C."""
    from oreflow.trace import log
    from oreflow.trace.keys import SigningKey
    from oreflow.trace.keys.folder import KeyFolder
    from oreflow.trace.log.service import Service

    keys = KeyFolder(folder / "keys")
    if "witness" not in keys.names():
        keys.save("witness", SigningKey.generate(), passphrase=ledgers.passphrase())
    key = keys.load("witness", passphrase=ledgers.passphrase())
    made = log.Witness(folder / "state", name=name, keys=[key], logs=[log.read_vkey(k) for k in log_keys])
    service = Service(made, host=host, port=port)
    told = {"url": service.url, "keys": [str(v) for v in made.verifiers]}
    if as_json:
        print_json(told)
    else:
        click.echo(f"Witness {name} at {service.url}\nKey: {told['keys'][0]}")
    try:
        service.serve_forever()
    finally:
        service.close()


@trace.command()
@folder_argument
@click.option(
    "--form",
    type=click.Choice(["events", "untp", "epcis"]),
    default="events",
    show_default=True,
    help="Form of the records.",
)
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="File to write; JSON, or lines of JSON for untp.",
)
@json_option
@_needs
def export(folder: Path, form: str, out: Path, as_json: bool) -> None:
    """Write all events: in the ledger's own form, as signed credentials of UNTP, or as a document of EPCIS."""
    from oreflow.cli.output import to_json
    from oreflow.files import write_text
    from oreflow.trace.epcis import from_events
    from oreflow.trace.model import Kind, event_to_plain

    check_suffix(out, "--out", (".jsonl",) if form == "untp" else (".json", ".jsonld"))
    with ledgers.opened(folder) as kept:
        if form == "untp":
            lines = [b.decode() for _, f, b in kept.ledger.documents() if f in ("credential", "untp")]
            lines = [" ".join(line.split("\n")) for line in lines]
            count, text = len(lines), "".join(f"{line}\n" for line in lines)
        else:
            events = list(kept.ledger.events())
            if form == "epcis":
                events = [e for e in events if e.kind not in (Kind.BOOK, Kind.CORRECT)]
                created = max((e.time for e in events), default=0)
                data: Any = from_events(events, created=created)
            else:
                flows = kept.ledger.flows()
                data = {"facilities": [ledgers.plain(f) for f in flows.facilities.values()],
                        "parties": [ledgers.plain(p) for p in flows.parties.values()],
                        "events": [event_to_plain(e) for e in events]}  # fmt: skip
            count, text = len(events), to_json(data) + "\n"
    write_text(out, text)
    if as_json:
        print_json({"file": str(out), "records": count})
    else:
        click.echo(f"{count} records written to {out}.")
