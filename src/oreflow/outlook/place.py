"""The region or bloc an outlook is for."""

from __future__ import annotations

from dataclasses import dataclass

from oreflow.atlas.world import World
from oreflow.errors import UnknownNameError

WORLD = "world"
_ALIASES = {"eu27": "eu", "wld": WORLD}


@dataclass(frozen=True, slots=True)
class Place:
    """A region, a bloc, or the world.

    Attributes:
        name: As it is asked for: an ISO-3 code, a bloc in lower case, ``EU27``, or ``world``.
        title: In plain words.
        regions: Its regions, in the order of the table.
        allies: Allied regions outside it.
        note: What a reader must know.
    """

    name: str
    title: str
    regions: tuple[str, ...]
    allies: tuple[str, ...]
    note: str = ""


def place(world: World, name: str) -> Place:
    """Return the regions that a name stands for.

    Args:
        world: World.
        name: Region (``USA``), bloc (``allied``, ``EU27``, ``feoc``, ``msp``) or ``world``; capitals do not matter.

    Raises:
        UnknownNameError: There is no such region or bloc.
    """
    table = world.regions
    codes = [str(r) for r in table["region"]]
    blocs = {str(r): {b for b in str(v).split(";") if b} for r, v in zip(codes, table["blocs"], strict=True)}
    known = sorted({b for held in blocs.values() for b in held})
    asked = name.strip()
    key = _ALIASES.get(asked.lower(), asked.lower())
    if key == WORLD:
        return Place(WORLD, "the world", tuple(codes), ())
    if key in known:
        inside = tuple(r for r in codes if key in blocs[r])
        note = ""
        title = f"the {key} regions"
        shown = key
        if key == "eu":
            shown, title = "EU27", "the European Union"
            note = (
                "The rest of Europe is one region of the atlas: with Switzerland, Serbia and their neighbours"
            )
    elif asked.upper() in codes:
        inside = (asked.upper(),)
        shown, note = asked.upper(), ""
        title = str(table.loc[table["region"] == shown, "name"].iloc[0])
        title = f"the {title}" if title.startswith("United") else title
    else:
        raise UnknownNameError("region or bloc", name, [*codes, *known, "EU27", WORLD])
    allies = tuple(r for r in codes if "allied" in blocs[r] and r not in inside)
    return Place(shown, title, inside, allies if _friendly(blocs, inside) else (), note)


def _friendly(blocs: dict[str, set[str]], inside: tuple[str, ...]) -> bool:
    """Whether a place belongs to the allies: only then do allies share with it."""
    return all("allied" in blocs[r] for r in inside)
