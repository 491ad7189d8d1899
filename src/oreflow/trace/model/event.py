"""What happens to lots: made, moved, changed, handed over, booked and corrected."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from oreflow.errors import DataError
from oreflow.trace.model.amounts import LARGEST_MG
from oreflow.trace.model.lot import Lot

Signed = Literal["both", "out", "in"]
"""Which end of a move its record speaks for."""
FAR = 253_402_300_799
"""Last second of the year 9999 (Unix time)."""


class Kind(StrEnum):
    """Kinds of event.

    ``make``, ``move`` and ``modify`` are those of UNTP; ``transfer`` hands over ownership (an EPCIS transaction),
    ``book`` writes to mass-balance accounts or certificates alone, ``correct`` voids an earlier record.
    """

    MAKE = "make"
    MOVE = "move"
    MODIFY = "modify"
    TRANSFER = "transfer"
    BOOK = "book"
    CORRECT = "correct"


@dataclass(frozen=True, slots=True)
class Line:
    """A part of a lot that an event takes, moves or hands over.

    Attributes:
        lot: Lot.
        mass: Mass, mg.
    """

    lot: str
    mass: int

    def __post_init__(self) -> None:
        if not 0 <= self.mass <= LARGEST_MG:
            raise DataError(f"lot {self.lot}: a mass of {self.mass} mg is not possible.")


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a mass-balance account.

    Attributes:
        account: Account: a site and a scheme.
        element: Metal that is counted.
        country: Origin that the account is about (ISO-3); empty where it is about something else.
        mass: Metal, mg: above zero put in, below zero drawn.
        expires: Last second at which it may be drawn (Unix time); none for the life that the limits state.
    """

    account: str
    element: str
    mass: int
    country: str = ""
    expires: int | None = None


@dataclass(frozen=True, slots=True)
class Certificate:
    """A book-and-claim certificate as an event issues or retires it.

    Attributes:
        certificate: Identifier.
        element: Metal that it stands for.
        mass: Metal, mg.
        action: Whether it is issued or retired here.
    """

    certificate: str
    element: str
    mass: int
    action: Literal["issue", "retire"]


@dataclass(frozen=True, slots=True)
class Event:
    """One record of the ledger.

    Attributes:
        event: Identifier (a URI).
        kind: What happened.
        time: When, seconds since 1970 (UTC).
        issuer: Party that signs it.
        facility: Where; the place that it leaves for a move.
        target: Place that a move goes to; party that a transfer goes to.
        process: Process of the atlas, or ``split``, ``blend``, ``repack``; empty if unknown.
        inputs: What is used, moved, changed or handed over.
        outputs: Lots that come into being (or are first told of, in a move).
        entries: Lines of mass-balance accounts.
        certificates: Certificates issued or retired.
        signed: Which end of a move it speaks for.
        consignment: What ties the two ends of a move together.
        mode: How it moves: ``sea``, ``land``, ``air``; empty if unknown.
        log: Transparency log that holds it; empty for none.
        corrects: Event that this one puts in place of, or voids.

    Raises:
        DataError: It has no identifier or an impossible time, or holds what its kind cannot.
    """

    event: str
    kind: Kind
    time: int
    issuer: str
    facility: str = ""
    target: str = ""
    process: str = ""
    inputs: tuple[Line, ...] = ()
    outputs: tuple[Lot, ...] = ()
    entries: tuple[Entry, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    signed: Signed = "both"
    consignment: str = ""
    mode: str = ""
    log: str = ""
    corrects: str = ""

    def __post_init__(self) -> None:
        if not self.event or not self.issuer:
            raise DataError(f"event {self.event!r}: an event has an identifier and an issuer.")
        if not 0 <= self.time <= FAR:
            raise DataError(f"event {self.event}: its time lies outside the years 1970 to 9999.")
        if self.corrects == self.event:
            raise DataError(f"event {self.event}: a record cannot correct itself.")
        if self.kind is Kind.CORRECT and not self.corrects:
            raise DataError(f"event {self.event}: a correction names the event it corrects.")
        if self.kind is Kind.MOVE and not (self.facility and self.target):
            raise DataError(f"event {self.event}: a move has a place it leaves and a place it goes to.")
        if self.outputs and self.kind not in (Kind.MAKE, Kind.MOVE):
            raise DataError(f"event {self.event}: lots come into being by make events, not by {self.kind}.")
        for names in ([i.lot for i in self.inputs], [o.lot for o in self.outputs]):
            if len(set(names)) < len(names):
                raise DataError(f"event {self.event}: a lot stands there twice. Put its parts together.")
