"""Every figure says where it comes from."""

from __future__ import annotations

from collections.abc import Iterator

from oreflow.atlas.check.chain import Chain
from oreflow.atlas.check.finding import Finding, each, keys
from oreflow.atlas.methods import find, names
from oreflow.atlas.schema import tables
from oreflow.errors import nearest

_SHOWN = 3


def run(chain: Chain) -> Iterator[Finding]:
    """Check methods, editions and licences.

    Args:
        chain: World to check.

    Yields:
        Findings.
    """
    used: set[str] = set()
    for name, table in tables().items():
        if name == "sources" or "source" not in table.columns:
            continue
        frame = chain.world[name]
        for text in set(frame["source"]):
            used |= set(text.split(";"))
        silent = frame[frame["quality"].isin(["derived", "imputed"]) & (frame["method"] == "")]
        if len(silent):
            some = keys(name, silent.head(_SHOWN))
            more = f" and {len(silent) - _SHOWN} more" if len(silent) > _SHOWN else ""
            yield Finding(
                "warning",
                "provenance.method",
                name,
                some[0],
                "method",
                f"{', '.join(some)}{more}: derived or imputed, but the function that did it is not named.",
                "Name the function in method, or call the figure reported or assumed.",
            )
        for method in sorted(set(frame["method"]) - {""}):
            if find(method) is None:
                rows = frame[frame["method"] == method]
                near = nearest(method.rpartition(".")[2], names())
                yield Finding(
                    "warning",
                    "provenance.method",
                    name,
                    keys(name, rows.head(1))[0],
                    "method",
                    f"no function is called {method!r} ({len(rows)} rows).",
                    f"Did you mean {near[0]!r}?" if near else "Name the function that made the figure.",
                )
    sources = chain.world["sources"]
    yield from each(
        "info",
        "provenance.unused",
        "sources",
        sources,
        ~sources["source"].isin(used),
        "source",
        lambda r: f"no row names {r['source']}.",
        "Remove it, or name it where its figures are used.",
    )
    web = sources["url"] != ""
    yield from each(
        "warning",
        "provenance.url",
        "sources",
        sources,
        web & ~sources["url"].str.match(r"https?://\S+$"),
        "url",
        lambda r: f"{r['url']!r} is not an address.",
        "Write it in full, with https://.",
    )
