"""Streams by name are those of NumPy's counter-based generator."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest

from oreflow.shock.ensemble.streams import Streams, name, philox

WORD = st.integers(0, 2**64 - 1)


@given(st.tuples(WORD, WORD), st.lists(st.tuples(WORD, WORD, WORD, WORD), min_size=1, max_size=4))
def test_philox_is_that_of_numpy(key, counters):
    mine = philox(np.array(counters, dtype=np.uint64).T, key)
    for column, counter in zip(mine.T, counters, strict=True):
        # NumPy counts up before its first block.
        whole = (sum(c << 64 * k for k, c in enumerate(counter)) - 1) % 2**256
        before = np.array([whole >> 64 * k & (2**64 - 1) for k in range(4)], dtype=np.uint64)
        theirs = np.random.Philox(key=np.array(key, dtype=np.uint64), counter=before).random_raw(4)
        assert np.array_equal(column, theirs)


def test_numbers_are_uniform_and_unrelated():
    streams = np.array([name("law", str(k)) for k in range(5000)], dtype=np.uint64)
    u = Streams(7).uniforms(3, streams)
    assert ((u > 0) & (u < 1)).all()
    assert kstest(u.ravel(), "uniform").pvalue > 1e-3
    assert np.abs(np.corrcoef(u.T) - np.eye(4)).max() < 0.06
    assert np.abs(np.corrcoef(u[:, 0], Streams(7).uniforms(4, streams)[:, 0])[0, 1]) < 0.06
    assert not np.array_equal(u, Streams(8).uniforms(3, streams))


def test_a_stream_does_not_depend_on_the_others():
    streams = np.array([name("a"), name("b"), name("c")], dtype=np.uint64)
    whole = Streams(1).uniforms(5, streams, 2)
    assert np.array_equal(Streams(1).uniforms(5, streams[1:2], 2)[0], whole[1])
    blocks = np.array([2, 0], dtype=np.uint64)
    assert np.array_equal(Streams(1).uniforms(5, streams[:2], blocks)[0], whole[0])


def test_names_keep_their_numbers():
    # BLAKE2b of the name: the same on every machine and in every version, or kept ensembles would change (2026-11).
    assert name("strike_chl", "CHL") == 2081993570974921856
    assert name("ab", "c") != name("a", "bc")


def test_a_seed_is_not_negative():
    with pytest.raises(ValueError, match="non-negative"):
        Streams(-1)
