"""Policies on disk: JSON that follows ``cuts.schema.json``, with the fingerprint of the graph that it is of."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from oreflow.errors import DataError, ReadError, SchemaError, nearest
from oreflow.files import write_text
from oreflow.market.highs import Basis
from oreflow.market.network import Floats
from oreflow.respond.risk import CVaR, Expectation, Mix, Risk, WorstCase
from oreflow.respond.sddp.graph import Graph
from oreflow.respond.sddp.lp import WEIGHTS, Later, Row
from oreflow.respond.sddp.sampling import Sampling
from oreflow.respond.sddp.stopping import Iteration

if TYPE_CHECKING:
    from oreflow.respond.sddp.policy import Policy

FORMAT, VERSION = "oreflow cuts", 1
MAX_BYTES = 500_000_000
"""Largest file that is read."""
RISKS = {"Expectation": Expectation, "CVaR": CVaR, "Mix": Mix, "WorstCase": WorstCase}
_LONG = ("found", "states", "intercepts", "slopes", "held", "weights", "bases")
"""Lists of numbers, which are checked as arrays."""


@cache
def cuts_schema() -> dict[str, Any]:
    """Return the JSON Schema of the file."""
    text = resources.files("oreflow.respond.sddp").joinpath("cuts.schema.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def fingerprint(graph: Graph) -> dict[str, Any]:
    """Return what tells a graph from another: names, states and hashes of the parts of each stage, and the edges."""
    return {
        "nodes": [{"name": s.name, "states": list(s.states), "parts": s.digests()} for s in graph.nodes],
        "root": [[i, p] for i, p in graph.root],
        "edges": [[i, j, p] for i, j, p in graph.edges],
    }


def differences(old: Graph | dict[str, Any], new: Graph) -> list[str]:
    """Return in words what differs between two graphs; nothing where they are the same.

    Args:
        old: The one, or its fingerprint.
        new: The other.
    """
    was = fingerprint(old) if isinstance(old, Graph) else old
    now = fingerprint(new)
    told = []
    before, after = ([n["name"] for n in f["nodes"]] for f in (was, now))
    if before != after:
        gone, came = [n for n in before if n not in after], [n for n in after if n not in before]
        words = [
            f"stages {', '.join(map(repr, names[:3]))}{' …' if len(names) > 3 else ''} {verb}"
            for names, verb in ((gone, "are gone"), (came, "are new"))
            if names
        ]
        return words or ["the stages are in another order"]
    for a, b in zip(was["nodes"], now["nodes"], strict=True):
        if a["states"] != b["states"]:
            told.append(
                f"stage {a['name']!r} has the states {', '.join(b['states']) or '(none)'}, "
                f"not {', '.join(a['states']) or '(none)'}"
            )
            continue
        parts = [k for k, v in b["parts"].items() if a["parts"].get(k) != v]
        if parts:
            told.append(f"stage {a['name']!r} differs in {', '.join(parts)}")
    if len(told) > 4:
        told = [*told[:3], f"{len(told) - 3} more stages"]
    for key, what in (("root", "the chances to begin with"), ("edges", "the chances of what follows")):
        if was[key] != now[key]:
            told.append(f"{what} differ")
    return told


def write(policy: Policy, path: str | Path) -> None:
    """Write a policy; see `Policy.save`."""
    write_text(path, json.dumps(document(policy), allow_nan=False, separators=(",", ":")) + "\n")


def document(policy: Policy) -> dict[str, Any]:
    """Return a policy as plain values."""
    from oreflow.respond.sddp.policy import plain

    return {
        "format": FORMAT,
        "version": VERSION,
        "graph": fingerprint(policy.graph),
        "settings": plain(policy.settings),
        "stopped": policy.stopped,
        "iterations": [asdict(i) for i in policy.iterations],
        "floors": policy.floors.tolist(),
        "worst": {str(i): q.tolist() for i, q in sorted(policy.worst.items())},
        "nodes": [
            {
                "name": stage.name,
                "pools": [
                    {
                        "found": pool.iterations,
                        "states": pool.points.tolist(),
                        "intercepts": pool.intercepts.tolist(),
                        "slopes": pool.slopes.tolist(),
                    }
                    for pool in later.pools
                ],
                "weights": [q.tolist() for q in later.weights],
                "held": [list(r) for r in rows],
                "bases": [
                    None if b is None else "/".join("".join(map(str, part)) for part in b) for b in bases
                ],
            }
            for stage, later, rows, bases in zip(
                policy.graph.nodes, policy.later, policy.rows, policy.bases, strict=True
            )
        ],
    }


def read(path: str | Path, graph: Graph, *, risk: Risk | None = None) -> Policy:
    """Read a policy; see `Policy.load`."""
    from oreflow.respond.sddp.policy import Policy, Settings

    file = Path(path)
    data = _parsed(file)
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise SchemaError(f"{file}: is no file of cuts; it would say {FORMAT!r} as its format.")
    if isinstance(data.get("version"), int) and data["version"] > VERSION:
        raise SchemaError(
            f"{file}: version {data['version']} is newer than this oreflow reads ({VERSION}). Update it."
        )
    _conform(file, data)
    told = differences(data["graph"], graph)
    if told:
        raise DataError(
            f"{file}: these cuts are of another model: {'; '.join(told)}. Train again, or give the model "
            "that they were made with."
        )
    nodes = data["nodes"]
    if len(nodes) != len(graph.nodes) or len(data["floors"]) != len(graph.nodes):
        raise SchemaError(
            f"{file}: holds {len(nodes)} nodes and {len(data['floors'])} floors, not {len(graph.nodes)}."
        )
    settings = data["settings"]
    given = settings["sampling"]
    later = tuple(_later(file, i, node, graph, settings["multi"]) for i, node in enumerate(nodes))
    return Policy(
        graph=graph,
        settings=Settings(
            risk=_risk(file, settings["risk"], risk),
            initial_state=tuple(map(float, settings["initial_state"])),
            seed=settings["seed"],
            sampling=Sampling(given["depth"], given["importance"], given["revisit"]),
            multi=settings["multi"],
            select=settings["select"],
            paths=settings["paths"],
        ),
        floors=_array(file, "floors", data["floors"], (len(graph.nodes),)),
        later=later,
        rows=tuple(_held(file, i, node, later[i]) for i, node in enumerate(nodes)),
        bases=tuple(_bases(file, i, node, graph) for i, node in enumerate(nodes)),
        worst=_worst(file, data["worst"], graph),
        iterations=tuple(Iteration(**i) for i in data["iterations"]),
        stopped=data["stopped"],
    )


def _parsed(file: Path) -> Any:
    try:
        size = file.stat().st_size
        if size > MAX_BYTES:
            raise ReadError(f"{file}: larger than {MAX_BYTES:,} bytes; that is no file of cuts.")
        text = file.read_text("utf-8")
    except FileNotFoundError:
        raise ReadError(f"{file}: there is no such file.") from None
    except (OSError, ValueError) as e:
        raise ReadError(f"{file}: cannot be read: {getattr(e, 'strerror', None) or e}.") from None
    try:
        return json.loads(text, parse_constant=_refused)
    except (ValueError, RecursionError) as e:
        raise ReadError(f"{file}: is not JSON: {e}.") from None


def _refused(word: str) -> Any:
    raise ValueError(f"{word} is no number")


def _conform(file: Path, data: dict[str, Any]) -> None:
    """Check everything but the long lists of numbers against the schema."""
    import jsonschema

    def short(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: [] if k in _LONG and isinstance(v, list) else short(v) for k, v in value.items()}
        return [short(v) for v in value] if isinstance(value, list) else value

    validator = jsonschema.Draft202012Validator(cuts_schema())
    data = {**short({k: v for k, v in data.items() if k != "graph"}), "graph": data.get("graph")}
    error = min(
        validator.iter_errors(data), key=lambda e: (len(e.absolute_path), str(e.message)), default=None
    )
    if error is not None:
        place = ".".join(map(str, error.absolute_path)) or "the file"
        raise SchemaError(f"{file}: {place}: {error.message[:200]}.")


def _array(file: Path, what: str, given: Any, shape: tuple[int, ...]) -> Floats:
    try:
        values = np.array(given, dtype=np.float64)
    except (ValueError, TypeError, OverflowError):
        raise SchemaError(
            f"{file}: {what} holds something that is no number, or lists of different lengths."
        ) from None
    if values.size == 0 and math.prod(shape) == 0:
        values = values.reshape(shape)
    if values.shape != shape:
        raise SchemaError(f"{file}: {what} has shape {values.shape}, not {shape}.")
    if not np.isfinite(values).all():
        raise SchemaError(f"{file}: {what} holds a number too large to be one.")
    return values


def _later(file: Path, i: int, node: dict[str, Any], graph: Graph, multi: bool) -> Later:
    stage = graph.nodes[i]
    outcomes = sum(len(graph.nodes[j].noises) for j, _ in graph.children[i])
    later = Later.none(len(stage.state_out), outcomes, multi)
    where = f"nodes[{i}] ({stage.name})"
    if len(node["pools"]) != len(later.pools):
        raise SchemaError(f"{file}: {where} has {len(node['pools'])} pools of cuts, not {len(later.pools)}.")
    for pool, told in zip(later.pools, node["pools"], strict=True):
        count, k = len(told["found"]), len(stage.state_out)
        states = _array(file, f"{where}.states", told["states"], (count, k))
        slopes = _array(file, f"{where}.slopes", told["slopes"], (count, k))
        intercepts = _array(file, f"{where}.intercepts", told["intercepts"], (count,))
        found = _array(file, f"{where}.found", told["found"], (count,)).astype(np.int64)
        for c in range(count):
            pool.add(float(intercepts[c]), slopes[c], states[c], int(found[c]))
        if len(pool) != count:
            raise SchemaError(f"{file}: {where} holds a cut twice.")
    if multi and outcomes:
        later.weights += list(
            _array(file, f"{where}.weights", node["weights"], (len(node["weights"]), outcomes))
        )
    return later


def _held(file: Path, i: int, node: dict[str, Any], later: Later) -> tuple[Row, ...]:
    table = _array(file, f"nodes[{i}].held", node["held"], (len(node["held"]), 2)).astype(np.int64)
    rows = [(int(o), int(c)) for o, c in table]
    for o, c in rows:
        size = len(later.weights) if o == WEIGHTS else len(later.pools[o]) if 0 <= o < len(later.pools) else 0
        if not 0 <= c < size:
            raise SchemaError(f"{file}: nodes[{i}].held names cut {c} of outcome {o}, which is not there.")
    if len(set(rows)) != len(rows):
        raise SchemaError(f"{file}: nodes[{i}].held names a cut twice.")
    return tuple(rows)


def _bases(file: Path, i: int, node: dict[str, Any], graph: Graph) -> tuple[Basis | None, ...]:
    stage, told = graph.nodes[i], node["bases"]
    m, n = stage.matrix.shape
    later = len(node["pools"])
    width = n + (0 if not later else 1 if not node["weights"] else 1 + later)
    if len(told) != len(stage.noises):
        raise SchemaError(f"{file}: nodes[{i}] has {len(told)} bases for {len(stage.noises)} noises.")
    found: list[Basis | None] = []
    for text in told:
        if text is None:
            found.append(None)
            continue
        parts = str(text).split("/")
        if (
            len(parts) != 2
            or set(text) - set("01234/")
            or len(parts[0]) != width
            or not m <= len(parts[1]) <= m + len(node["held"])
        ):
            raise SchemaError(f"{file}: nodes[{i}] has a basis that is none of its programme.")
        cols, rows = (np.frombuffer(p.encode(), dtype=np.uint8).astype(np.int32) - 48 for p in parts)
        found.append((cols, rows))
    return tuple(found)


def _worst(file: Path, told: dict[str, Any], graph: Graph) -> dict[int, Floats]:
    found = {}
    for name, weights in told.items():
        node = int(name)
        if node >= len(graph.nodes):
            raise SchemaError(f"{file}: worst names node {node}, which is not there.")
        following = graph.starts if node == -1 else graph.children[node]
        count = sum(len(graph.nodes[j].noises) for j, _ in following)
        found[node] = _array(file, f"worst.{name}", weights, (count,))
    return found


def _risk(file: Path, told: dict[str, Any], given: Risk | None) -> Risk:
    from oreflow.respond.sddp.policy import plain

    kind = told.get("kind")
    if given is not None:
        if plain(given) != told:
            raise DataError(f"{file}: these cuts were made under {told}, not {plain(given)}.")
        return given
    if kind not in RISKS:
        near = nearest(str(kind), RISKS)
        hint = f" Did you mean {near[0]!r}?" if near else " Give the measure itself as `risk`."
        raise DataError(f"{file}: the risk measure {kind!r} is not known.{hint}")
    try:
        measure: Risk = RISKS[kind](**{k: v for k, v in told.items() if k != "kind"})
    except Exception as e:
        raise SchemaError(f"{file}: settings.risk: {e}") from None
    return measure
