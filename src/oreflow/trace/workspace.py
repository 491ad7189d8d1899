"""A ledger with the log that its records are in and the keys that sign them, in one folder."""

from __future__ import annotations

import io
import json
import stat
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Self

from sqlalchemy.engine import make_url

from oreflow.errors import OreflowError, ReadError, SchemaError, UsageError
from oreflow.files import write_text
from oreflow.trace import credential, log, untp
from oreflow.trace.jsonin import Limits, canonical, loads
from oreflow.trace.keys import PublicKey, SigningKey
from oreflow.trace.keys.folder import KeyFolder
from oreflow.trace.log.seen import Seen
from oreflow.trace.model import Event, Facility, Kind, Party, event_from_plain, event_to_plain
from oreflow.trace.model.times import stamp
from oreflow.trace.store import Added, Ledger
from oreflow.trace.tables import country
from oreflow.trace.untp.write import LEDGER_CONTEXT, record_id

ABOUT = "trace.json"
LARGEST_FILE = 64 << 20
LARGEST_TOTAL = 512 << 20
MOST_FILES = 200_000
RATIO = 200
"""Bytes that one byte of an archive may unpack to."""
_SUFFIXES = (".json", ".jsonld", ".jsonl")


@dataclass
class Workspace:
    """A folder of a ledger.

    Attributes:
        folder: The folder.
        ledger: The ledger.
        log: The log, to read; `appending` opens it to write.
        issuer: Identifier that its own records are signed under.
    """

    folder: Path
    ledger: Ledger
    log: log.Log
    issuer: str

    @classmethod
    def create(
        cls, folder: Path, *, ledger: str = "", origin: str = "", passphrase: str | None = None
    ) -> Self:
        """Make a workspace: an empty ledger, an empty log, a key for each.

        Args:
            folder: Folder that is not there yet, or empty.
            ledger: URL of a database; a SQLite file in the folder when left out.
            origin: Name of the log, e.g. ``example.com/ledger``; made from the key when left out.
            passphrase: Encrypts the keys.

        Returns:
            The workspace.

        Raises:
            UsageError: The folder is in use, or the URL holds a password.
            OreflowError: Something cannot be made.
        """
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UsageError(f"{folder} is in use. Give a folder that is not there yet.")
        if ledger and make_url(ledger).password:
            raise UsageError(
                "the URL would be kept in a file; put its password into the variable PGPASSWORD instead."
            )
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as e:
            raise OreflowError(f"cannot make {folder}: {e.strerror or e}.") from e
        keys = KeyFolder(folder / "keys")
        signer, logger = SigningKey.generate(), SigningKey.generate()
        keys.save("issuer", signer, passphrase=passphrase)
        keys.save("log", logger, passphrase=passphrase)
        name = origin or f"oreflow.example/{signer.public.multibase[-12:]}"
        log.create(folder / "log", origin=name, key=logger)
        Ledger.create(ledger or folder / "ledger.sqlite").close()
        about = {"format": 1, "ledger": ledger, "issuer": signer.public.did}
        # Last: a folder with this file is whole.
        write_text(folder / ABOUT, json.dumps(about, indent=2) + "\n")
        return cls.open(folder)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open a workspace.

        Args:
            folder: Its folder.

        Raises:
            ReadError: There is none, or it is not whole.
        """
        file = folder / ABOUT
        if not file.is_file():
            raise ReadError(
                f"{folder} holds no ledger: it has no {ABOUT}. Make one with: oreflow trace init {folder}"
            )
        about = loads(file.read_bytes(), name=str(file))
        if (
            not isinstance(about, dict)
            or about.get("format") != 1
            or not isinstance(about.get("issuer"), str)
        ):
            raise ReadError(f"{file} is not the description of a ledger that is known here.")
        place = about.get("ledger") or folder / "ledger.sqlite"
        return cls(folder, Ledger.open(place), log.open(folder / "log"), str(about["issuer"]))

    def close(self) -> None:
        """Give the database back."""
        self.ledger.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def sign(
        self,
        events: Iterable[Event],
        *,
        facilities: Iterable[Facility] = (),
        parties: Iterable[Party] = (),
        passphrase: str | None = None,
    ) -> Added:
        """Sign events of one's own, put them into the ledger and their salted hashes into the log.

        When this returns, all of it is on disk. After a crash in the middle the next call, or `flush`, finishes.

        Args:
            events: Events whose issuer is this workspace's.
            facilities: Places.
            parties: Parties.
            passphrase: Of the keys.

        Returns:
            What became of the events.

        Raises:
            UsageError: An event is issued by somebody else.
            DataError: An event stands there with other contents.
        """
        key = KeyFolder(self.folder / "keys").load("issuer", passphrase=passphrase)
        made, papers = list(events), []
        places, people = list(facilities), list(parties)
        names = {f.facility: f for f in places}
        known = {p.party: p for p in people}
        lots = {o.lot: o for e in made for o in e.outputs}
        for e in made:
            if e.issuer != self.issuer:
                raise UsageError(f"event {e.event} is issued by {e.issuer}, not by {self.issuer}. Import it with its "
                                 "issuer's signature.")  # fmt: skip
            if e.kind in (Kind.MAKE, Kind.MOVE, Kind.MODIFY):
                record = untp.credential(e, facilities=names, parties=known, lots=lots)
            else:
                record = _plain_record(e)
            papers.append((e.event, "credential", canonical(credential.issue(record, key, created=None))))
        return self._put(made, places, people, papers, passphrase=passphrase)

    def take(
        self,
        events: Iterable[Event],
        *,
        facilities: Iterable[Facility] = (),
        parties: Iterable[Party] = (),
        documents: Iterable[tuple[str, str, bytes]] = (),
        passphrase: str | None = None,
    ) -> Added:
        """Put events of others with their documents into the ledger, and the documents' salted hashes into the log.

        An event that stands there with other contents is kept aside as evidence.
        """
        return self._put(list(events), list(facilities), list(parties), list(documents), passphrase=passphrase,
                         keep_conflicts=True)  # fmt: skip

    def flush(self, *, passphrase: str | None = None) -> int:
        """Bring into the log what is in the ledger and not there yet, as after a crash.

        Returns:
            How many records were brought.
        """
        sealed = self.ledger.sealed()
        waiting = [x for x in sealed if x.place is None]
        if not waiting:
            return 0
        key = KeyFolder(self.folder / "keys").load("log", passphrase=passphrase)
        writer = log.open(self.folder / "log", key=key)
        # A writer that was stopped may have put them there already without writing it down.
        done = sum(x.place is not None for x in sealed)
        held = [writer.entry(i) for i in range(done, writer.size)]
        places = {e: done + i for i, e in enumerate(held)}
        self.ledger.mark((x.n, places[x.entry]) for x in waiting if x.entry in places)
        rest = [x for x in waiting if x.entry not in places]
        if rest:
            put = writer.append([x.entry for x in rest])
            self.ledger.mark((x.n, i) for x, i in zip(rest, put, strict=True))
        self.log = log.open(self.folder / "log")
        return len(waiting)

    def _put(
        self,
        events: list[Event],
        facilities: list[Facility],
        parties: list[Party],
        papers: list[tuple[str, str, bytes]],
        *,
        passphrase: str | None,
        keep_conflicts: bool = False,
    ) -> Added:
        out = self.ledger.add(events, facilities=facilities, parties=parties, documents=papers, seal=log.commit,
                              keep_conflicts=keep_conflicts)  # fmt: skip
        self.flush(passphrase=passphrase)
        return out

    def seen(self) -> Seen:
        """Return the checkpoints of its log that were seen before."""
        return Seen(self.folder / "seen", [self.log.verifier])

    def proof(self, event: str) -> tuple[bytes, bytes, PublicKey]:
        """Return what proves to a stranger that an event is on record: the record, the proof, and the log's key.

        Raises:
            UnknownNameError: There is no such event.
            UsageError: Its record is not in the log.
        """
        self.ledger.event(event)
        found = [x for x in self.ledger.sealed() if x.event == event and x.place is not None]
        if not found or found[0].place is None:
            raise UsageError(f"event {event} has no record in the log.")
        x = found[0]
        assert x.place is not None
        return x.body, bytes(log.make_proof(self.log, x.place, salt=x.salt)), self.log.verifier.key


def own_events(data: Any, *, issuer: str, where: str) -> tuple[list[Event], list[Facility], list[Party]]:
    """Read a file of events in the ledger's own form.

    Args:
        data: A list of events, or an object with ``events``, ``facilities`` and ``parties``.
        issuer: Who issues events that name no issuer.
        where: Name of the file, for messages.

    Returns:
        Events, places and parties.

    Raises:
        SchemaError: Something is not of the form.
        DataError: A value is not possible.
    """
    if isinstance(data, list):
        data = {"events": data}
    if not isinstance(data, dict) or set(data) - {"events", "facilities", "parties"}:
        raise SchemaError(
            f"{where}: a list of events, or an object with events, facilities and parties, is needed."
        )
    events = []
    for i, e in enumerate(_list(data, "events", where)):
        if isinstance(e, dict) and not e.get("issuer"):
            e = {**e, "issuer": issuer}
        events.append(event_from_plain(e, where=f"{where}, events[{i}]"))
    facilities = [
        _facility(f, f"{where}, facilities[{i}]") for i, f in enumerate(_list(data, "facilities", where))
    ]
    parties = [_party(p, f"{where}, parties[{i}]") for i, p in enumerate(_list(data, "parties", where))]
    return events, facilities, parties


def documents_in(paths: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    """Yield the JSON documents in files, folders and zip archives, with their names.

    Nothing is unpacked to disk. Links that lead out of a folder, names in an archive that lead anywhere, archives that
    unpack to far more than they are, and anything too large are refused.

    Raises:
        ReadError: Something is refused or cannot be read.
    """
    total = count = 0
    for name, body in _bodies(paths):
        total, count = total + len(body), count + 1
        if total > LARGEST_TOTAL or count > MOST_FILES:
            raise ReadError(
                f"{name}: more than {LARGEST_TOTAL >> 20} MB or {MOST_FILES:,} documents at once; import in parts."
            )
        if name.endswith(".jsonl"):
            for i, line in enumerate(body.splitlines(), 1):
                if line.strip():
                    yield f"{name}, line {i}", line
        else:
            yield name, body


def _bodies(paths: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    for path in paths:
        if path.is_dir():
            root = path.resolve()
            for file in sorted(path.rglob("*")):
                if file.suffix.lower() in _SUFFIXES and not file.is_dir():
                    if not file.resolve().is_relative_to(root):
                        raise ReadError(
                            f"{file} is a link that leads out of {path}. Copy the file into the folder instead."
                        )
                    yield str(file), _read(file)
        elif path.suffix.lower() == ".zip":
            yield from _archive(path)
        else:
            yield str(path), _read(path)


def _read(path: Path) -> bytes:
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            raise ReadError(f"{path} is no file.")
        if about.st_size > LARGEST_FILE:
            raise ReadError(f"{path} has {about.st_size >> 20} MB; at most {LARGEST_FILE >> 20} are read.")
        return path.read_bytes()
    except OSError as e:
        raise ReadError(f"{path} cannot be read: {e.strerror or e}.") from e


def _archive(path: Path) -> Iterator[tuple[str, bytes]]:
    packed = _read(path)
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            members = archive.infolist()
            if len(members) > MOST_FILES:
                raise ReadError(f"{path}: {len(members):,} members; at most {MOST_FILES:,} are read.")
            whole = sum(m.file_size for m in members)
            if whole > LARGEST_TOTAL or whole > RATIO * max(1, len(packed)):
                raise ReadError(
                    f"{path} would unpack to {whole >> 20} MB from {len(packed):,} bytes; it is refused."
                )
            for m in members:
                parts = PurePosixPath(m.filename.replace("\\", "/"))
                if parts.is_absolute() or ".." in parts.parts or ":" in m.filename:
                    raise ReadError(
                        f"{path}: the member {m.filename[:80]!r} leads out of the archive; it is refused."
                    )
                if m.is_dir() or parts.suffix.lower() not in _SUFFIXES:
                    continue
                with archive.open(m) as stream:
                    body = stream.read(min(m.file_size, LARGEST_FILE) + 1)
                if len(body) != m.file_size or len(body) > LARGEST_FILE:
                    raise ReadError(
                        f"{path}: {m.filename[:80]!r} is not as large as the archive says, or too large."
                    )
                yield f"{path}/{parts}", body
    except (zipfile.BadZipFile, OSError, RuntimeError, ValueError, EOFError) as e:
        raise ReadError(f"{path} cannot be read as a zip archive: {e}.") from e


BULK = Limits(size=LARGEST_FILE, depth=32, values=5_000_000)
"""How much is read of a file of one's own events."""


def _plain_record(e: Event) -> dict[str, Any]:
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2", LEDGER_CONTEXT],
        "type": ["VerifiableCredential"],
        "id": record_id(e.event),
        "issuer": e.issuer,
        "validFrom": stamp(e.time),
        "credentialSubject": [{"metalLedger": event_to_plain(e)}],
    }


def _list(data: Mapping[str, Any], member: str, where: str) -> list[Any]:
    values = data.get(member, [])
    if not isinstance(values, list):
        raise SchemaError(f"{where}: {member} is a list.")
    return values


def _facility(data: Any, where: str) -> Facility:
    known = ("facility", "name", "country", "lat", "lon", "plant", "operator", "province")
    got = _members(data, known, where)
    spot = []
    for member, most in (("lat", 90), ("lon", 180)):
        value = got.get(member)
        if value is not None and (
            isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > most
        ):
            raise SchemaError(f"{where}, {member}: a number of degrees is needed.")
        spot.append(None if value is None else float(value))
    texts = {m: _text(got, m, where) for m in known if m not in ("lat", "lon")}
    texts["country"] = country(texts["country"], where=where)
    return Facility(**{**texts, "name": texts["name"] or texts["facility"]}, lat=spot[0], lon=spot[1])


def _party(data: Any, where: str) -> Party:
    got = _members(data, ("party", "name", "country", "firm"), where)
    texts = {m: _text(got, m, where) for m in ("party", "name", "country", "firm")}
    texts["country"] = country(texts["country"], where=where)
    return Party(**{**texts, "name": texts["name"] or texts["party"]})


def _members(data: Any, known: tuple[str, ...], where: str) -> dict[str, Any]:
    if not isinstance(data, dict) or set(data) - set(known) or not data.get(known[0]):
        raise SchemaError(f"{where}: an object with {known[0]!r} and of {', '.join(known[1:])} is needed.")
    return data


def _text(got: Mapping[str, Any], member: str, where: str) -> str:
    value = got.get(member, "")
    if not isinstance(value, str) or len(value) > 2000 or "\0" in value:
        raise SchemaError(f"{where}, {member}: a text is needed.")
    return value


__all__ = ["BULK", "Workspace", "documents_in", "own_events"]
