"""A briefing told in order: the outline that every face renders."""

from __future__ import annotations

from oreflow.report import format as fmt
from oreflow.report.briefing import Briefing
from oreflow.report.document import Document, settings_table, sources_table
from oreflow.report.effects import Shift
from oreflow.report.figure import Figure, Sentence
from oreflow.report.heard import Claim
from oreflow.report.outline import (
    Block,
    Cell,
    Column,
    Fan,
    Items,
    Outline,
    Para,
    Picture,
    Quote,
    Ref,
    Section,
    Table,
    Text,
    Tiles,
)


def document(b: Briefing) -> Document:
    """Return a briefing as every face shows it."""
    m = b.meta
    return Document(
        kind="briefing",
        outline=outline(b),
        foot=(
            f"World {m.world} · run {m.run} · seed {m.seed} · oreflow {m.version} · {m.made}",
            "Land outline: Natural Earth, public domain. Licences of the sources stand in their table.",
        ),
        articles=b.articles,
        claims=b.happened.claims,
        arithmetic=b.happened.arithmetic,
    )


def outline(b: Briefing) -> Outline:
    """Return the outline of a briefing.

    Args:
        b: The briefing.

    Returns:
        Sections 1 to 6, then checks, sources, articles and the making of it; a section without content is one
        sentence that says so.
    """
    read = ", ".join(a.key for a in b.articles)
    words = f"Made from {len(b.articles)} article{'s' if len(b.articles) != 1 else ''} ({read})"
    return Outline(
        title=b.meta.title,
        subtitle=f"{words}, as of {b.meta.as_of}. Run {b.meta.run}, oreflow {b.meta.version}.",
        sections=tuple(s for s in _sections(b) if s.blocks),
        run=b.meta.run,
    )


def _sections(b: Briefing) -> list[Section]:
    return [
        Section("happened", "What happened", 1, _happened(b)),
        Section("does", "What it does", 2, _does(b)),
        Section("breaks", "Where the chain breaks", 3, _breaks(b)),
        Section("exposed", "Who is exposed", 4, _exposed(b)),
        Section("todo", "What to do", 5, _todo(b)),
        Section("change", "What would change this", 6, _change(b)),
        Section("checks", "Checks", 0, _checks(b)),
        Section("articles", "The articles", 0, tuple(Text(a) for a in b.articles)),
        Section("sources", "Sources", 0, sources_table(b.sources)),
        Section("made", "How this was made", 0, _made(b)),
    ]


def _happened(b: Briefing) -> tuple[Block, ...]:
    h = b.happened
    out: list[Block] = [Para(line, "lead") for line in h.lines]
    if b.answer:
        out.append(Tiles(b.answer))
    if h.events:
        rows = []
        for e in h.events:
            rests = ", ".join(f"C{n}" for n in e.claims)
            cells: tuple[Cell, ...] = (fmt.words(e.type), e.sentence, e.start or "open")
            rows.append((*cells, e.announced or "expected", e.certainty, rests or "–"))
        columns = ("Event", "What is modelled", "Takes effect", "Known from")
        out.append(
            Table(
                "events",
                "What was modelled",
                (*map(Column, columns), Column("Certainty", True), Column("Rests on")),
                tuple(rows),
            )
        )
        defaults = [(e.id, d) for e in h.events for d in e.defaults]
        if defaults:
            out.append(
                Table(
                    "defaults",
                    "What the text leaves open, and what was put in",
                    (Column("Event"), Column("Left open"), Column("Put in", True), Column("In words")),
                    tuple((fmt.words(i), d.what, d.value, d.text or "–") for i, d in defaults),
                )
            )
    if h.claims:
        names = ("No.", "Claim", "Words", "How firm", "Who says so", "How much", "When", "Where")
        out.append(
            Table(
                "claims", "What the articles claim", tuple(map(Column, names)), tuple(map(_claim, h.claims))
            )
        )
    if h.turns:
        heads = ("Said on", "What was said", "No.", "Since", "What is said now", "By", "Why")
        turned = [(t.said, t.was, f"C{t.claim}", t.since, t.now, f"C{t.by}", t.why) for t in h.turns]
        out.append(Table("turns", "How it moved on", tuple(map(Column, heads)), tuple(turned)))
    for d in h.disagreements:
        sides = "; ".join(
            f"{p.speaker}: {p.says}{f' (C{p.claim})' if p.claim is not None else ''}" for p in d.positions
        )
        text = f"{d.question[:1].upper()}{d.question[1:]}: {sides}. The run {d.used}."
        out.append(Items("They disagree", (Sentence(text),)))
    if h.arithmetic:
        flags = [
            f"{f.article}: “{fmt.plain(f.quote)}”. {f.problem} It could mean: {'; or '.join(f.readings)}."
            for f in h.arithmetic
        ]
        out.append(Items("Sums that do not follow", tuple(map(Sentence, flags))))
    if h.not_modelled:
        left = [
            f"{x.what}{f' (C{x.claim})' if x.claim is not None else ''}: {x.reason}" for x in h.not_modelled
        ]
        out.append(Items("Not modelled", tuple(map(Sentence, left))))
    return _merged(out)


def _merged(blocks: list[Block]) -> tuple[Block, ...]:
    out: list[Block] = []
    for block in blocks:
        last = out[-1] if out else None
        if isinstance(block, Items) and isinstance(last, Items) and last.caption == block.caption:
            out[-1] = Items(last.caption, last.items + block.items)
        else:
            out.append(block)
    return tuple(out)


def _claim(c: Claim) -> tuple[Cell, ...]:
    about = " · ".join(x for x in (fmt.words(c.type), c.subject or c.country or c.commodity or "") if x)
    firm = c.modality + (", denied" if c.polarity == "negated" else "")
    dates = (("said", c.said), ("announced", c.announced), ("effective", c.effective))
    when = ", ".join(f"{name} {day}" for name, day in dates if day)
    much = " ".join(x for x in (c.direction, c.quantity) if x)
    return (
        Ref(f"C{c.id}", f"quote-{c.id}", f"claim-{c.id}"),
        about,
        Quote(c.quote, f"quote-{c.id}"),
        firm,
        c.speaker or "not named",
        much or "–",
        when or "–",
        f"{c.article} {c.start}–{c.end}",
    )


def _note(text: str) -> tuple[Block, ...]:
    return (Para(Sentence(text), "aside"),) if text else ()


def _fan_caption(kind: str, draws: Figure) -> Sentence:
    return Sentence(
        f"Line: median of {{0}}; dark band: half of them; light band: nine in ten; dashed: {kind}.", (draws,)
    )


def _does(b: Briefing) -> tuple[Block, ...]:
    d = b.does
    out: list[Block] = []
    for i, p in enumerate(d.prices):
        draws = Figure(float(p.band.draws), "draws", p.band.source)
        caption = _fan_caption("without the event", draws)
        out.append(Fan(f"price-{i}", f"Price of {p.name}, {p.place}", p.band, d.marks, False, caption))
    for i, s in enumerate(d.shortfalls):
        draws = Figure(float(s.band.draws), "draws", s.band.source)
        caption = _fan_caption("nothing missing", draws)
        out.append(Fan(f"short-{i}", f"Missing {s.name}, {s.place}", s.band, d.marks, True, caption))
    if d.prices:
        names = ("Month of the news", "Largest", "Mean")
        columns = (Column("Price"), Column("Where"), *(Column(n, True) for n in names), Column("Largest in"))
        rows: list[tuple[Cell, ...]] = [
            (p.name, p.place, p.first, p.peak, p.mean, fmt.month(p.peak_month)) for p in d.prices
        ]
        out.append(Table("prices", "Change of price against the baseline", columns, tuple(rows)))
    out += [Para(s, "aside") for s in d.past]
    if d.shortfalls:
        head = (Column("Missing"), Column("Where"), Column("In all", True), Column("Of supply", True))
        lost: list[tuple[Cell, ...]] = [(s.name, s.place, s.total, s.share) for s in d.shortfalls]
        out.append(Table("shortfalls", "Supply that is missing over the months shown", head, tuple(lost)))
    if d.losers:
        out.append(_shifts("losers", "Who loses supply", d.losers))
    if d.gainers:
        out.append(_shifts("gainers", "Who gains rent", d.gainers))
    for i, m in enumerate(d.maps):
        text = f"Area: size of the change, {m.unit}. Circles: less; squares: more. The largest are labelled."
        out.append(Picture(f"map-{i}", m.title, m, Sentence(text)))
    for i, f in enumerate(d.flows):
        text = "Height: amount, at one scale. After: orange is lost, blue is new."
        out.append(Picture(f"flows-{i}", f.title, f, Sentence(text)))
    return (*out, *_note(d.note))


def _shifts(key: str, caption: str, rows: tuple[Shift, ...]) -> Table:
    names = ("Before", "After", "Change", "Relative")
    cells: list[tuple[Cell, ...]] = []
    for r in rows:
        relative: Cell = r.relative if r.relative is not None else "–"
        cells.append((r.name, r.what, r.before, r.after, r.change, relative))
    columns = (Column("Who"), Column("Of what"), *(Column(n, True) for n in names))
    return Table(key, caption, columns, tuple(cells))


def _breaks(b: Briefing) -> tuple[Block, ...]:
    out: list[Block] = []
    for i, chain in enumerate(b.breaks.chains):
        out.append(Para(chain.verdict, "verdict"))
        text = f"Capacity of each stage in equivalents of {chain.product}; filled: what is used."
        out.append(Picture(f"chain-{i}", chain.title, chain, Sentence(text)))
        names = ("Capacity", "Throughput", "Utilisation", "Headroom", "Gain from one more", "Scarcity rent")
        rows: list[tuple[Cell, ...]] = []
        same = all(stage.before == stage.after for stage in chain.stages)
        for stage in chain.stages:
            states = (
                (("as it is", stage.before),) if same else (("before", stage.before), ("after", stage.after))
            )
            for when, s in states:
                state = f"{when}, binds" if s.binding else when
                figures = (s.capacity, s.throughput, s.utilisation, s.headroom, s.dual, s.rent)
                rows.append((stage.name, state, *figures))
        columns = (Column("Stage"), Column("State"), *(Column(n, True) for n in names))
        out.append(Table(f"stages-{i}", f"{chain.title}, stage by stage", columns, tuple(rows)))
    return (*out, *_note(b.breaks.note))


def _exposed(b: Briefing) -> tuple[Block, ...]:
    e = b.exposed
    if not e.rows:
        return _note(e.note or "No firm or country is exposed to what was modelled.")
    names = ("Need", "Own", "Offtake", "Stock", "Uncovered", "Price change", "Cost")
    rows: list[tuple[Cell, ...]] = [
        (r.name, r.commodity, r.need, r.own, r.offtake, r.stock, r.uncovered, r.price_change, r.cost)
        for r in e.rows
    ]
    columns = (Column("Who"), Column("Of what"), *(Column(n, True) for n in names))
    text = "Uncovered is need less own output, offtake and stock; cost is uncovered times the price change."
    table = Table("exposed", "What is not covered, and what that costs", columns, tuple(rows))
    return (table, *_note(f"{text} {e.note}".strip()))


def _todo(b: Briefing) -> tuple[Block, ...]:
    t = b.todo
    if not t.measures:
        return _note(t.note or "No measure was ranked.")
    names = ("Avoids", "Cost", "Cost of each unit", "Lead time")
    rows: list[tuple[Cell, ...]] = [
        (m.name, m.who, m.avoided, m.cost, m.unit_cost, m.lead, m.note or "–") for m in t.measures
    ]
    columns = (Column("Measure"), Column("Who"), *(Column(n, True) for n in names), Column("Hangs on"))
    return (Table("measures", "Cheapest for each unit avoided first", columns, tuple(rows)), *_note(t.note))


def _change(b: Briefing) -> tuple[Block, ...]:
    c = b.change
    if not c.rows:
        return _note(c.note or "No assumption was varied in this run.")
    out: list[Block] = []
    if c.base is not None:
        out.append(Para(Sentence(f"The answer that is tested: {_safe(c.measure)}, now {{0}}.", (c.base,))))
    caption = Sentence("Each bar: the answer with one assumption at its low and at its high setting.")
    out.append(Picture("tornado", f"What moves {c.measure}", c, caption))
    rows: list[tuple[Cell, ...]] = [(r.assumption, r.low, r.high, r.at_low, r.at_high) for r in c.rows]
    names = ("Low setting", "High setting", "Answer at low", "Answer at high")
    columns = (Column("Assumption"), *(Column(n, True) for n in names))
    out.append(Table("sensitivity", "One assumption at a time", columns, tuple(rows)))
    return (*out, *_note(c.note))


def _safe(text: str) -> str:
    return text.replace("{", "(").replace("}", ")")


def _checks(b: Briefing) -> tuple[Block, ...]:
    if not b.checks:
        return ()
    rows: list[tuple[Cell, ...]] = [
        (c.name, c.value, c.limit, "holds" if c.passed else "fails", c.meaning) for c in b.checks
    ]
    columns = (Column("Test"), Column("Result", True), Column("Limit", True), Column("Verdict"))
    return (Table("checks", "Tests of the result", (*columns, Column("What it tests")), tuple(rows)),)


def _made(b: Briefing) -> tuple[Block, ...]:
    m = b.meta
    pairs = [
        ("made", m.made),
        ("run", m.run),
        ("oreflow", m.version),
        ("world", m.world),
        ("seed", str(m.seed)),
        ("draws", str(m.draws)),
        ("time", fmt.quantity(m.wall, "s")),
        *((s.name, s.value) for s in m.settings),
    ]
    if m.command:
        pairs.append(("to make it again", m.command))
    return settings_table(pairs)
