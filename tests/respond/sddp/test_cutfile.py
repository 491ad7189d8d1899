"""Policies on disk: what is read is what was written, and nothing else is taken for it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oreflow.errors import DataError, OreflowError, ReadError, SchemaError
from oreflow.respond.sddp import CVaR, Graph, IterationLimit, Mix, Policy, Sampling, train
from oreflow.respond.sddp.cutfile import cuts_schema, differences
from oreflow.respond.sddp.cutfile import document as cutfile_document
from oreflow.respond.sddp.examples import hydro_thermal
from tests.respond.sddp.problems import linear, markov

GRAPH = hydro_thermal([[6.0], [2.0, 10.0], [3.0, 5.0, 7.0]])


@pytest.fixture(scope="module")
def policy() -> Policy:
    return train(GRAPH, initial_state=[0.0], risk=CVaR(0.4), stopping=IterationLimit(8))


@pytest.fixture
def file(policy: Policy, tmp_path: Path) -> Path:
    path = tmp_path / "cuts.json"
    policy.save(path)
    return path


@pytest.mark.parametrize("multi", [False, True])
@pytest.mark.parametrize("graph", [linear(4), markov(4, discount=0.8)], ids=["linear", "markov"])
def test_it_comes_back_whole(tmp_path: Path, graph: Graph, multi: bool) -> None:
    path, state = tmp_path / "a.json", np.zeros(len(graph.nodes[0].state_in))
    policy = train(
        graph,
        initial_state=state,
        multi=multi,
        risk=Mix(0.3, 0.2),
        sampling=Sampling(importance=0.3),
        stopping=IterationLimit(15),
    )
    policy.save(path)
    data = json.loads(path.read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(cuts_schema())
    jsonschema.Draft202012Validator(cuts_schema()).validate(data)
    again = Policy.load(path, graph)
    assert again.settings == policy.settings
    assert again.iterations == policy.iterations
    assert again.cuts.equals(policy.cuts)
    assert again.simulate(20, seed=3).costs.tolist() == policy.simulate(20, seed=3).costs.tolist()
    again.save(tmp_path / "b.json")
    assert (tmp_path / "b.json").read_bytes() == path.read_bytes()


def changed(stage: int, **change: Any) -> Graph:
    nodes = list(GRAPH.nodes)
    nodes[stage] = replace(nodes[stage], **change)
    return Graph(tuple(nodes), GRAPH.root, GRAPH.edges)


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (changed(1, cost=np.array([0.0, 0.0, 6.0, 0.0])), "stage 'stage 2' differs in cost"),
        (changed(2, upper=np.array([8.0, 9.0, 9.0, 9.0])), "stage 'stage 3' differs in bounds"),
        (changed(0, floor=-1.0), "differs in floor"),
        (changed(2, noises=GRAPH.nodes[1].noises), "differs in noises"),
        (changed(1, name="summer"), "stages 'stage 2' are gone; stages 'summer' are new"),
        (hydro_thermal([[6.0], [2.0, 10.0]]), "stages 'stage 3' are gone"),
        (Graph.linear(GRAPH.nodes, 0.9), "the chances of what follows differ"),
    ],
)
def test_cuts_of_another_model_are_refused(file: Path, other: Graph, told: str) -> None:
    with pytest.raises(DataError, match=told):
        Policy.load(file, other)


def test_states_and_order_are_told_apart() -> None:
    names = [replace(s, columns=("stored before", "water", "thermal", "released")) for s in GRAPH.nodes]
    assert "has the states water, not stored" in differences(GRAPH, Graph.linear(names))[0]
    turned = Graph((GRAPH.nodes[1], GRAPH.nodes[0], GRAPH.nodes[2]), ((1, 1.0),), ((1, 0, 1.0), (0, 2, 1.0)))
    assert differences(GRAPH, turned) == ["the stages are in another order"]
    assert differences(GRAPH, Graph.linear(GRAPH.nodes)) == []
    assert differences(linear(2), linear(2)) == []


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        (("version",), 2, "version 2 is newer"),
        (("format",), "cuts", "is no file of cuts"),
        (("extra",), 1, "'extra' was unexpected"),
        (("settings", "seed"), -1, "settings.seed"),
        (("settings", "risk"), {"kind": "CVar", "level": 0.4}, "'CVar' is not known. Did you mean 'CVaR'"),
        (("settings", "risk"), {"kind": "CVaR", "level": 4}, "settings.risk"),
        (("settings", "risk"), {"kind": "CVaR", "depth": 4}, "settings.risk"),
        (("settings", "multi"), True, r"has 1 pools of cuts, not 2"),
        (("floors",), [0.0], "1 floors, not 3"),
        (("nodes", 0, "pools", 0, "intercepts", 0), "x", "holds something that is no number"),
        (("nodes", 0, "pools", 0, "intercepts"), [1.0], r"intercepts has shape \(1,\)"),
        (("nodes", 0, "pools", 0, "slopes", 0), [1.0, 2.0], "lists of different lengths"),
        (("nodes", 0, "pools", 0, "states", 0), [1e400], "too large"),
        (("nodes", 0, "held", 0), [0, 99], "cut 99 of outcome 0"),
        (("nodes", 0, "held", 0), [3, 0], "cut 0 of outcome 3"),
        (("nodes", 0, "bases", 0), "012", "a basis that is none"),
        (("nodes", 0, "bases", 0), "01999/012", "a basis that is none"),
        (("nodes", 0, "bases"), [], "0 bases for 1 noises"),
        (("iterations", 0, "bound"), "x", "iterations.0.bound"),
        (("worst",), {"x": []}, "worst"),
        (("worst",), {"7": []}, "names node 7"),
        (("worst", "0"), [1.0], r"worst.0 has shape \(1,\), not \(2,\)"),
    ],
)
def test_a_file_that_was_tampered_with(file: Path, place: tuple, value: Any, told: str) -> None:
    data = json.loads(file.read_text("utf-8"))
    spot = data
    for p in place[:-1]:
        spot = spot[p]
    spot[place[-1]] = value
    text = json.dumps(data).replace("Infinity", "1e400")
    file.write_text(text)
    with pytest.raises(DataError, match=told):
        Policy.load(file, GRAPH)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is not JSON"),
        (b"\xff\xfe", "cannot be read"),
        (b"[" * 100_000, "is not JSON"),
        (b'{"format": NaN}', "NaN is no number"),
    ],
)
def test_a_file_that_is_none(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    with pytest.raises(ReadError, match=told):
        Policy.load(path, GRAPH)
    with pytest.raises(ReadError, match="no such file"):
        Policy.load(tmp_path / "y.json", GRAPH)
    path.write_text("[]")
    with pytest.raises(SchemaError, match="is no file of cuts"):
        Policy.load(path, GRAPH)


def test_too_large_a_file_is_not_opened(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oreflow.respond.sddp.cutfile.MAX_BYTES", 100)
    with pytest.raises(ReadError, match="larger than 100 bytes"):
        Policy.load(file, GRAPH)


def test_a_failure_to_write_leaves_the_old_file(
    policy: Policy, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = file.read_bytes()

    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OreflowError, match="No space left"):
        policy.save(file)
    assert file.read_bytes() == before
    assert [p.name for p in file.parent.iterdir()] == [file.name]


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(),
    st.text(max_size=5),
    st.lists(st.integers(-9, 9), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


@given(data=st.data())
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_part_may_be_junk(policy: Policy, tmp_path: Path, data: st.DataObject) -> None:
    """It is read, or refused by an error of ours, and what was read can be used."""
    document = json.loads(json.dumps(cutfile_document(policy)))
    spot: Any = document
    while True:
        keys = sorted(spot) if isinstance(spot, dict) else list(range(len(spot)))
        if not keys:
            break
        key = data.draw(st.sampled_from(keys))
        inner = spot[key]
        if not isinstance(inner, dict | list) or data.draw(st.integers(0, 4)) == 0:
            spot[key] = data.draw(JUNK)
            break
        spot = inner
    path = tmp_path / "junk.json"
    path.write_text(json.dumps(document), "utf-8")
    try:
        read = Policy.load(path, GRAPH)
    except DataError:
        return
    try:
        read.simulate(2)
    except OreflowError:
        return


@dataclass(frozen=True)
class Median:
    """A measure of somebody else's."""

    share: float = 0.5

    def weights(self, costs: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
        return probabilities


def test_a_risk_measure_of_ones_own_is_given_again(tmp_path: Path) -> None:
    path = tmp_path / "cuts.json"
    train(GRAPH, initial_state=[0.0], risk=Median(), stopping=IterationLimit(3), save=path)
    with pytest.raises(DataError, match=r"'Median' is not known\. Give the measure itself"):
        Policy.load(path, GRAPH)
    assert Policy.load(path, GRAPH, risk=Median()).settings.risk == Median()
    with pytest.raises(DataError, match="were made under"):
        Policy.load(path, GRAPH, risk=Median(0.4))
