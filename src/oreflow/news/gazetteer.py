"""Names that a world and the lexicon know, as one table of aliases."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from oreflow.news.lexicon import entries, read_table
from oreflow.news.pinyin import add_pinyin
from oreflow.once import once

if TYPE_CHECKING:
    from oreflow.atlas.world import World

Kind = Literal["plant", "firm", "region", "commodity", "programme", "observer"]


@dataclass(frozen=True, slots=True)
class Name:
    """Something that text can name.

    Attributes:
        kind: ``plant``, ``firm``, ``region`` (a country), ``commodity``, ``programme``, or ``observer`` (a bank, an
            agency, a paper: it speaks of others and is never what a claim is about).
        key: Its key in the atlas; for a country its ISO-3 code, for a programme its key in the lexicon.
        mineral: Mineral family of a commodity or plant, or ``""``.
        country: ISO-3 code of where it is, or ``""``.
        known: Whether the world models it; a commodity such as oil is named but not modelled.
    """

    kind: Kind
    key: str
    mineral: str = ""
    country: str = ""
    known: bool = True


@dataclass(slots=True)
class Gazetteer:
    """Aliases and what they may mean.

    Attributes:
        exact: Alias to its meanings, matched letter for letter (short or all capitals).
        loose: Alias in lower case to its meanings; names of plants, firms and places still need a capital.
        characters: Aliases in Chinese characters, found as substrings.
        tickers: Ticker in capitals to the firm.
        owners: Firm to the plants that it owns a part of.
        plants: Plant to its name.
        titles: Key of a firm or plant to its name in plain words.
        commodities: Commodity key to its mineral.
        country_of: ISO-3 code to the region of the world that holds it.
    """

    exact: dict[str, list[Name]] = field(default_factory=dict)
    loose: dict[str, list[Name]] = field(default_factory=dict)
    characters: dict[str, list[Name]] = field(default_factory=dict)
    tickers: dict[str, Name] = field(default_factory=dict)
    owners: dict[str, list[str]] = field(default_factory=dict)
    plants: dict[str, Name] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    commodities: dict[str, str] = field(default_factory=dict)
    country_of: dict[str, str] = field(default_factory=dict)

    def add(self, alias: str, name: Name) -> None:
        """Add one alias of a name."""
        alias = " ".join(alias.split())
        if len(alias) < 2:
            return
        if any(ord(c) > 0x2E80 for c in alias):
            table, word = self.characters, alias
        elif ((len(alias) <= 4 or alias.isupper()) and name.kind != "commodity") or (
            name.kind == "commodity"
            and (alias.isupper() or len(alias) <= 2 or any(c.isupper() for c in alias[1:]))
        ):
            table, word = self.exact, alias
        else:
            table, word = self.loose, alias.lower()
        meanings = table.setdefault(word, [])
        if all((m.kind, m.key) != (name.kind, name.key) for m in meanings):
            meanings.append(name)


@once
def gazetteer(world: World) -> Gazetteer:
    """Return the names of a world, built once for each.

    Args:
        world: Plants, firms, regions and commodities with their aliases.

    Returns:
        The aliases.
    """
    g = Gazetteer()
    _places(g, world)
    _commodities(g, world)
    for row in read_table("programmes"):
        name = Name("programme", row["key"], country=row["country"])
        for alias in [row["name"], *row["aliases"].split("|")]:
            g.add(alias, name)
        g.titles[row["key"]] = row["name"]
    for row in read_table("observers"):
        g.add(row["name"], Name("observer", row["name"], known=False))
    _firms(g, world)
    _plants(g, world)
    add_pinyin(g)
    return g


def _split(text: str) -> list[str]:
    return [w.strip() for w in text.split(";") if w.strip()]


def _places(g: Gazetteer, world: World) -> None:
    for region, members in zip(world.regions["region"], world.regions["members"], strict=True):
        for member in [region, *_split(members)]:
            g.country_of.setdefault(member, region)
    for row in read_table("places"):
        for alias in row["aliases"].split("|"):
            g.add(alias, Name("region", row["country"], country=row["country"]))
    for region, name, aliases in zip(
        world.regions["region"], world.regions["name"], world.regions["aliases"], strict=True
    ):
        if region in {"ROW", "EUR"}:
            continue
        for alias in [name, *_split(aliases)]:
            g.add(alias, Name("region", region, country=region))


def _commodities(g: Gazetteer, world: World) -> None:
    for row in read_table("minerals"):
        known = row["world"] == "1"
        g.commodities[row["key"]] = row["mineral"]
        for alias in row["aliases"].split("|"):
            g.add(alias, Name("commodity", row["key"], mineral=row["mineral"], known=known))
    c = world.commodities
    for key, name, mineral, aliases in zip(
        c["commodity"], c["name"], c["mineral"], c["aliases"], strict=True
    ):
        g.commodities[key] = mineral
        for alias in [name, *_split(aliases)]:
            word = alias.lower()
            # A bare mineral ("copper") means the mineral, not one of its commodities.
            if word not in g.loose and alias not in g.exact and len(alias) > 2:
                g.add(alias, Name("commodity", key, mineral=mineral))


def _firms(g: Gazetteer, world: World) -> None:
    f = world.firms
    for key, name, region, tickers, aliases in zip(
        f["firm"], f["name"], f["region"], f["ticker"], f["aliases"], strict=True
    ):
        if key in {"government", "other", "unknown"}:
            continue
        firm = Name("firm", key, country=region)
        g.titles[key] = name
        for alias in [name, *_split(aliases), *_short(name)]:
            if not _is_place(g, alias):
                g.add(alias, firm)
        for ticker in _split(tickers):
            for form in {ticker, ticker.split(".")[0], ticker.split(":")[-1].strip()}:
                if len(form) >= 2:
                    g.tickers[form.upper()] = firm


_SUFFIX = re.compile(
    r",?\s+(?:Inc|Corp|Corporation|Ltd|Limited|Co Ltd|Company|Group|PLC|plc|AG|SA|NV|AB|ASA"
    r"|LLC|SE|Holdings)\.?$"
)


def _short(name: str) -> list[str]:
    """The name without brackets and the legal form: "Rio Tinto" of "Rio Tinto Group (ASX)"."""
    plain = re.sub(r"\s*\(.*\)$", "", name)
    cut = _SUFFIX.sub("", plain)
    return [w for w in dict.fromkeys((plain, cut)) if w != name and len(w) > 2]


def _is_place(g: Gazetteer, alias: str) -> bool:
    meanings = g.loose.get(alias.lower(), []) + g.exact.get(alias, [])
    return any(m.kind in {"region", "commodity", "observer"} for m in meanings)


def _plants(g: Gazetteer, world: World) -> None:
    outputs = dict(zip(world.processes["process"], world.processes["output"], strict=True))
    common = {e.phrase for e in entries()}
    p = world.plants
    for key, name, process, region, aggregate, aliases in zip(
        p["plant"], p["name"], p["process"], p["region"], p["aggregate"], p["aliases"], strict=True
    ):
        if aggregate:
            continue
        mineral = g.commodities.get(outputs.get(process, ""), "")
        plant = Name("plant", key, mineral=mineral, country=region)
        g.plants[key] = plant
        g.titles[key] = name
        for alias in [name, *_split(aliases)]:
            if not _is_place(g, alias) and alias.lower() not in common:
                g.add(alias, plant)
                bare = _bare(re.sub(r"\s*\(.*\)$", "", alias)) or (
                    "" if "(" not in alias else alias.split(" (")[0]
                )
                if bare and not _is_place(g, bare) and bare.lower() not in common:
                    g.add(bare, plant)
    for plant_key, owner in zip(world.ownership["plant"], world.ownership["firm"], strict=True):
        if plant_key in g.plants:
            g.owners.setdefault(owner, []).append(plant_key)


_KINDS = (
    "lithium mine",
    "copper mine",
    "copper smelter",
    "mine",
    "smelter",
    "plant",
    "refinery",
    "project",
    "deposit",
)


def _bare(alias: str) -> str:
    """The name without the word for what it is, if enough is left to be a name."""
    word = alias
    for kind in _KINDS:
        if word.lower().endswith(" " + kind):
            word = word[: -len(kind) - 1]
            break
    return word if word != alias and len(word) >= 5 else ""
