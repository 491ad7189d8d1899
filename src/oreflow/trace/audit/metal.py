"""Metal in against metal out: gains, losses, and recoveries too good or too even to be measured."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from oreflow.trace.audit.case import Case, kg
from oreflow.trace.audit.finding import Finding, found
from oreflow.trace.model import Kind
from oreflow.trace.store.flows import Bools, Ints

LOSSLESS = ("split", "blend", "repack")
"""Processes in which nothing is refined, so that nothing may be lost."""


def metal(case: Case) -> Iterator[Finding]:
    """Yield findings on the metal balance of each making and on the recoveries of each plant.

    A recovery is metal in the lots made over metal in the lots used. It may exceed 1 by the tolerances of the assays
    and of the scales, added up (not in quadrature: nobody is accused on luck), and no more.
    """
    f, n = case.flows, len(case.flows.live)
    if not len(f.lots["n"]):
        return
    used = (f.kind(Kind.MAKE))[f.lines["event"]]
    line_event, line_mass = f.lines["event"][used], f.lines["mass"][used].astype(np.float64)
    line_lot = f.first[f.lines["lot"][used]]
    fed = np.bincount(line_event, minlength=n) > 0
    born = np.flatnonzero(f.live[f.lots["event"]] & fed[f.lots["event"]])
    assayed = np.asarray(~np.all(np.isnan(f.share), axis=1))
    blind = np.bincount(line_event, ~((line_lot >= 0) & assayed[line_lot]), n) > 0
    main = _main(case, born)
    for column, element in enumerate(f.elements):
        share = np.nan_to_num(f.share[:, column])
        loose = np.where(
            np.isnan(f.tolerance[:, column]), case.bounds["assay_tolerance"], f.tolerance[:, column]
        )
        loose = loose + case.bounds["weighing_tolerance"]
        into = line_mass * np.where(line_lot >= 0, share[line_lot], 0.0)
        out = f.lots["mass"][born] * share[born]
        metal_in, metal_out = np.bincount(line_event, into, n), np.bincount(f.lots["event"][born], out, n)
        slack = np.bincount(line_event, into * loose[line_lot], n)
        slack = slack + np.bincount(f.lots["event"][born], out * loose[born], n)
        gained = fed & ~blind & (metal_out > 0) & (metal_out > metal_in + slack)
        for e in np.flatnonzero(gained):
            yield _gain(case, int(e), element, metal_in[e], metal_out[e], slack[e])
        made = np.bincount(f.lots["event"][born], out * main, n)
        judged = fed & ~blind & ~gained & (made > 0) & (metal_in > 0)
        yield from _recoveries(case, element, judged, metal_in, made)


def _main(case: Case, born: Ints) -> Bools:
    """Return which lots are the main output of their process; scrap and slag are not what a recovery is about."""
    f = case.flows
    out = np.ones(len(born), dtype=bool)
    wanted: dict[int, str] = {e: case.knows.output_of(p) for e, p in case.processes.items()}
    for i, row in enumerate(born):
        commodity = f.terms[f.lots["commodity"][row]]
        main = wanted.get(int(f.lots["event"][row]), "")
        out[i] = not f.lots["recycled"][row] and (not commodity or not main or commodity == main)
    return out


def _gain(case: Case, e: int, element: str, into: float, out: float, slack: float) -> Finding:
    f = case.flows
    lots = f.lot_names(np.flatnonzero(f.lots["event"] == e))
    more = f"{100 * (out / into - 1):.1f} % more" if into > 0 else "from inputs that hold none"
    return found(
        "metal-gain",
        f"{kg(round(out))} of {element} come out of {kg(round(into))} ({more}; tolerances allow {kg(round(slack))}) "
        f"at {case.place(f.events['facility'][e])} on {case.day(e)}.",
        case.by_time([e, *_makers(case, e)]),
        lots,
    )


def _makers(case: Case, e: int) -> list[int]:
    f = case.flows
    lots = f.first[f.lines["lot"][f.lines["event"] == e]]
    return [int(x) for x in f.lots["event"][lots[lots >= 0]]]


def _recoveries(case: Case, element: str, judged: Bools, into: Any, out: Any) -> Iterator[Finding]:
    f = case.flows
    plants: dict[tuple[int, str], list[int]] = {}
    for e in np.flatnonzero(judged):
        process = case.processes.get(int(e), "")
        if process in LOSSLESS:
            if out[e] < case.bounds["least_low_recovery"] * into[e]:
                yield _loss(case, int(e), element, into[e], out[e], case.bounds["least_low_recovery"])
        elif case.knows.recovery(process) is not None:
            plants.setdefault((int(f.events["facility"][e]), process), []).append(int(e))
    for (place, process), events in plants.items():
        usual = case.knows.recovery(process) or 1.0
        batch = np.array(events)
        recovery = out[batch] / into[batch]
        lowest = 1.0 - case.bounds["loss_multiple"] * (1.0 - usual)
        for e, r in zip(batch, recovery, strict=True):
            if r < lowest:
                yield _loss(case, int(e), element, into[e], out[e], lowest)
        perfect = 1.0 - case.bounds["perfect_share"] * (1.0 - usual)
        for e, r in zip(batch[recovery >= perfect], recovery[recovery >= perfect], strict=True):
            yield found(
                "too-perfect",
                f"{100 * r:.2f} % of the {element} is recovered by {process} at {case.place(place)} on {case.day(e)}; "
                f"usual is {100 * usual:.1f} %.",
                f.names(e),
                f.lot_names(np.flatnonzero(f.lots["event"] == e)),
            )
        rest = recovery[(recovery >= lowest) & (recovery < perfect)]
        if len(rest) < case.bounds["perfect_batches"]:
            continue
        # Spread among neighbours in size, robust against a few honest outliers.
        middle = np.median(rest)
        spread = 1.4826 * float(np.median(np.abs(rest - middle))) / float(middle)
        if spread < case.bounds["perfect_spread"]:
            yield found(
                "too-perfect",
                f"{len(rest)} batches of {process} at {case.place(place)} recover {100 * middle:.2f} % of the "
                f"{element} each, with a spread of {100 * spread:.4f} %; scales alone spread by more.",
                case.by_time(batch[(recovery >= lowest) & (recovery < perfect)]),
            )


def _loss(case: Case, e: int, element: str, into: float, out: float, lowest: float) -> Finding:
    f = case.flows
    return found(
        "metal-loss",
        f"only {100 * out / into:.1f} % of the {element} comes out ({kg(round(out))} of {kg(round(into))}) at "
        f"{case.place(f.events['facility'][e])} on {case.day(e)}; at least {100 * lowest:.1f} % is expected. Where is "
        "the rest?",
        f.names(e),
        f.lot_names(np.flatnonzero(f.lots["event"] == e)),
    )
