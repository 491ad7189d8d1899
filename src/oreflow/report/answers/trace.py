"""Where a lot came from, and what does not add up, as documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from oreflow.atlas import World
from oreflow.report.briefing import KeyFigure
from oreflow.report.document import Document, answer, run_id
from oreflow.report.figure import Figure, Sentence
from oreflow.report.outline import Block, Cell, Column, Items, Para, Picture, Section, Table, Tiles
from oreflow.report.plots import BarRow, Bars, Box, Link, Steps
from oreflow.trace.audit import Audit, Finding, rules
from oreflow.trace.model import mass_text
from oreflow.trace.model.times import day
from oreflow.trace.origin import Origin
from oreflow.trace.tables import country_names
from oreflow.trace.views import Assistance, Graph, Reach

MOST_FINDINGS = 100
MOST_BOXES = 40
_SHOWN_EVENTS = 3
_METALS = {"Li": "lithium", "Co": "cobalt", "Ni": "nickel", "Mn": "manganese", "Cu": "copper", "C": "graphite",
           "mass": "the whole mass"}  # fmt: skip


def audited(audit: Audit, *, world: World, where: str, command: str = "") -> Document:
    """Return an audit as every face shows it.

    Args:
        audit: The audit.
        world: World that it was judged by.
        where: Name of the ledger.
        command: Command line that makes it again.

    Returns:
        The document.
    """
    run = run_id(world, verb="trace audit", where=where, events=audit.events, as_of=audit.as_of)
    counts = {s: sum(f.severity == s for f in audit.findings) for s in ("error", "warning", "notice")}
    lead = (
        "Everything adds up: nothing was found that cannot be or is hard to believe."
        if not audit.findings
        else f"{_many(counts['error'], 'error')}, {_many(counts['warning'], 'warning')} and "
        f"{_many(counts['notice'], 'notice')} were found."
    )
    tiles = Tiles(
        (
            KeyFigure("events", Figure(float(audit.events), "1", run)),
            KeyFigure("lots", Figure(float(audit.lots), "1", run)),
            KeyFigure("errors", Figure(float(counts["error"]), "1", run)),
            KeyFigure("warnings", Figure(float(counts["warning"]), "1", run)),
        )
    )
    blocks: tuple[Block, ...] = (Para(Sentence(lead), "lead"), tiles, *_findings(audit.findings))
    known = rules()
    met = list(dict.fromkeys(f.rule for f in audit.findings))
    meaning = Items("", tuple(Sentence(f"{r}: {known[r].title}.") for r in met))
    return answer(
        "audit",
        f"What does not add up in {where}",
        (
            Section("found", "What was found", 1, blocks),
            Section("rules", "What the rules mean", 2, (meaning,) if met else ()),
        ),
        world=world,
        run=run,
        settings={"as of": day(audit.as_of), "corrected events left out": str(audit.corrected),
                  "time": f"{audit.seconds:.1f} s"},
        command=command,
    )  # fmt: skip


def provenance(
    origin: Origin,
    graph: Graph,
    *,
    world: World,
    findings: Sequence[Finding] = (),
    assistance: Assistance | None = None,
    reached: Sequence[Reach] | None = None,
    proofs: Sequence[tuple[str, str]] = (),
    command: str = "",
) -> Document:
    """Return where a lot came from as every face shows it.

    Args:
        origin: Origin of its metals.
        graph: Makings behind it.
        world: World that blocs were taken from.
        findings: Findings of an audit that are about what is behind it.
        assistance: Its material-assistance cost ratio; none where it was not asked for.
        reached: Listed names behind it; none where no list was looked at.
        proofs: Name and value of what proves its records.
        command: Command line that makes it again.

    Returns:
        The document.
    """
    lot = origin.lot
    run = run_id(world, verb="trace origin", lot=lot.lot, event=origin.event)
    top = graph.nodes[0]
    about = Table(
        "lot",
        "The lot",
        (Column("What"), Column("Value")),
        (
            ("identifier", lot.lot),
            ("product", lot.product),
            ("mass", f"{mass_text(lot.mass)} kg"),
            ("made", f"{day(top.time)} at {top.place}{f' ({_country(top.country)})' if top.country else ''}"),
            ("signed by", top.party if top.party == top.issuer else f"{top.party} ({top.issuer})"),
            ("custody", str(lot.custody)),
            ("claims", _claims(origin)),
        ),
    )
    sections = [
        Section("lot", "The lot", 1, (Para(Sentence(_lead(origin)), "lead"), about)),
        Section("whence", "Where its metal comes from", 2, tuple(_charts(origin, run))),
        Section("chain", "What it was made of", 3, _chain(graph)),
        Section("doubt", "What does not add up", 4, _doubt(findings)),
    ]
    if assistance is not None:
        sections.append(Section("ratio", "Material-assistance cost ratio", 5, _ratio(assistance, run)))
    if reached is not None:
        sections.append(Section("labour", "Forced-labour lists", 6, _labour(reached, run)))
    if proofs:
        rows: tuple[tuple[Cell, ...], ...] = tuple((n, v) for n, v in proofs)
        sections.append(
            Section(
                "proofs",
                "Proofs",
                7,
                (Table("proofs", "What proves the record", (Column("What"), Column("Value")), rows),),
            )
        )
    sections = [replace(x, number=i) for i, x in enumerate(sections, 1)]
    return answer("provenance", f"Where {lot.product} came from", sections, world=world, run=run,
                  settings={"makings behind it": str(len(graph.nodes))}, command=command)  # fmt: skip


def _claims(origin: Origin) -> str:
    """Say what the lot itself claims of its origin, beside what its inputs show."""
    told = [
        f"{c.share / 1e7:.1f} % of its {_METALS.get(c.element, c.element) or 'metal'} from {_country(c.country)}"
        for c in origin.lot.claims
    ]
    return "; ".join(told) or "none"


def _lead(origin: Origin) -> str:
    parts = []
    for metal, countries in origin.by_country.items():
        first = next(iter(countries.items()), None)
        if first:
            parts.append(f"{_METALS.get(metal, metal)} {100 * first[1]:.0f} % from {_country(first[0])}")
    unknown = max(origin.unknown.values(), default=0.0)
    tail = f" No record tells of the making of up to {100 * unknown:.0f} %." if unknown > 0.005 else ""
    return (
        f"Largest sources: {'; '.join(parts)}.{tail}" if parts else "No record tells where it comes from."
    )[:900]


def _charts(origin: Origin, run: str) -> list[Block]:
    out: list[Block] = []
    for metal, countries in origin.by_country.items():
        rows = tuple(
            BarRow(
                _country(c),
                Figure(100 * s, "%", run, "modelled", "share of the metal, from the records of its inputs"),
            )
            for c, s in list(countries.items())[:12]
        )
        if rows:
            name = _METALS.get(metal, metal)
            out.append(Picture(f"by-{metal}", f"{name[0].upper()}{name[1:]} by country", Bars(rows, "%"),
                               Sentence("Share of the metal in the lot."), half=True))  # fmt: skip
    rows_: list[tuple[Cell, ...]] = [
        (
            _METALS.get(metal, metal),
            origin.firms.get(s.source.party, s.source.party) or "not stated",
            _country(s.source.country),
            "waste" if s.source.recycled else "mine" if s.source.recorded else "not on record",
            Figure(100 * s.share, "%", run),
        )
        for metal, shares in origin.metals.items()
        for s in shares[:10]
    ]
    if rows_:
        columns = (Column("Metal"), Column("Who"), Column("Country"), Column("From"), Column("Share", True))
        out.append(Table("sources-of-metal", "Sources of each metal", columns, tuple(rows_)))
    blocs: list[tuple[Cell, ...]] = [
        (_METALS.get(metal, metal), bloc, Figure(100 * share, "%", run))
        for metal, found in origin.by_bloc.items()
        for bloc, share in found.items()
    ]
    if blocs:
        out.append(
            Table("blocs", "By bloc", (Column("Metal"), Column("Bloc"), Column("Share", True)), tuple(blocs))
        )
    return out


def _chain(graph: Graph) -> tuple[Block, ...]:
    """Put the makings of one place by one process together, since a lot may have thousands behind it."""
    where = {n.event: f"{n.facility}|{n.process}" for n in graph.nodes}
    kinds: dict[str, list[int]] = {}
    for i, n in enumerate(graph.nodes):
        kinds.setdefault(where[n.event], []).append(i)
    flows: dict[tuple[str, str], list[float]] = {}
    for e in graph.edges:
        a, b = where.get(e.source), where.get(e.target)
        if a and b and a != b:
            entry = flows.setdefault((a, b), [0.0, 0.0])
            entry[0] += e.mass / 1e9
            entry[1] += 1
    kept = sorted(kinds, key=lambda k: (graph.nodes[kinds[k][0]].depth, k))[:MOST_BOXES]
    deepest = max(max(graph.nodes[i].depth for i in kinds[k]) for k in kept)
    boxes = []
    for k in kept:
        nodes = [graph.nodes[i] for i in kinds[k]]
        first = nodes[0]
        word = (first.products[0] if first.products else first.process) or "a shipment"
        code = f" ({first.country})" if first.country else ""
        count = f", {len(nodes)} batches" if len(nodes) > 1 else ""
        boxes.append(Box(k, f"{first.place}{code}", f"{word}{count}", deepest - max(n.depth for n in nodes),
                         marked=graph.lot in first.lots))  # fmt: skip
    names = {b.key: b.name for b in boxes}
    links = tuple(
        Link(
            a, b, f"{names[a]} to {names[b]}: {tonnes:,.4g} t in {int(count)} part{'s' if count > 1 else ''}"
        )
        for (a, b), (tonnes, count) in flows.items()
        if a in names and b in names
    )
    less = "" if graph.whole and len(kept) == len(kinds) else " Not all of them are shown."
    picture = Picture(
        "lots",
        "Makings behind the lot",
        Steps(tuple(boxes), links),
        Sentence(
            f"From where it enters the records, on the left, to the lot. Batches of one place are put together.{less}"
        ),
    )
    return (picture,)


def _doubt(findings: Sequence[Finding]) -> tuple[Block, ...]:
    if not findings:
        return (Para(Sentence("The audit found nothing about this lot or what is behind it.")),)
    return _findings(findings)


def _findings(findings: Sequence[Finding]) -> tuple[Block, ...]:
    if not findings:
        return ()
    shown = findings[:MOST_FINDINGS]
    rows: list[tuple[Cell, ...]] = [
        (f.severity, f.rule, f.text, ", ".join(f.events[:_SHOWN_EVENTS])
         + (f" and {len(f.events) - _SHOWN_EVENTS} more" if len(f.events) > _SHOWN_EVENTS else ""))
        for f in shown
    ]  # fmt: skip
    columns = (Column("How grave"), Column("Rule"), Column("What"), Column("Events"))
    table = Table("findings", "Findings", columns, tuple(rows))
    rest = len(findings) - len(shown)
    more = (Para(Sentence(f"{rest} more are in the JSON face."), "aside"),) if rest else ()
    return (table, *more)


def _ratio(a: Assistance, run: str) -> tuple[Block, ...]:
    verdict = "reaches" if a.passes else "does not reach"
    text = Sentence(
        f"{{0}} of the cost of direct materials is not from prohibited foreign entities; as {a.kind} of {a.year} it "
        f"{verdict} the threshold of {{1}} ({a.citation}).",
        (Figure(100 * a.ratio, "%", run), Figure(100 * a.threshold, "%", run, "reported" if a.checked else "assumed",
                                                 "" if a.checked else "Compare with the text of the law before use.")),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (
            m.product,
            m.maker,
            _country(m.country),
            "yes" if m.prohibited else "no",
            m.why,
            Figure(m.cost, "USD", run, "modelled", m.basis),
        )
        for m in a.materials
    ]
    columns = (
        Column("Material"),
        Column("Maker"),
        Column("Country"),
        Column("Prohibited"),
        Column("Why"),
        Column("Cost", True),
    )
    return (Para(text), Table("materials", "Direct materials", columns, tuple(rows)))


def _labour(reached: Sequence[Reach], run: str) -> tuple[Block, ...]:
    if not reached:
        return (Para(Sentence("No name on the lists that were looked at stands behind this lot.")),)
    rows: list[tuple[Cell, ...]] = [
        (
            r.listed.name,
            r.listed.list,
            r.listed.citation,
            f"{len(r.events)} makings" if r.events else "by its metal",
            _METALS.get(r.element, r.element) or "–",
            Figure(None if r.share is None else 100 * r.share, "%", run),
        )
        for r in reached
    ]
    columns = (
        Column("Listed"),
        Column("List"),
        Column("Where that stands"),
        Column("Found in"),
        Column("Metal"),
        Column("Share", True),
    )
    return (Table("listed", "Listed names behind the lot", columns, tuple(rows)),)


def _country(code: str) -> str:
    return country_names().get(code, code) if code else "not stated"


def _many(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"
