"""JSON by hostile hands, and the canonical form, against its standard and a second implementation."""

import json
import math
import time
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from oreflow.errors import TraceError
from oreflow.trace import jsonin
from oreflow.trace.jsonin import Limits, canonical, loads

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cn"]), max_size=12)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(-(2**53) + 1, 2**53 - 1)
    | st.floats(1e21, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "json-syntax"),
        (b"{", "json-syntax"),
        (b"{'a':1}", "json-syntax"),
        (b'{"a":1,}', "json-syntax"),
        (b"[1] 2", "json-syntax"),
        (b"[01]", "json-syntax"),
        (b"[1.]", "json-syntax"),
        (b"[+1]", "json-syntax"),
        (b"[0x10]", "json-syntax"),
        (b'["\t"]', "json-syntax"),
        (b'["\\x"]', "json-syntax"),
        (b"/* */ 1", "json-syntax"),
        (b'{"a":1,"a":1}', "json-duplicate-key"),
        (b'{"a":1,"\\u0061":2}', "json-duplicate-key"),
        (b'[{"x":{"proof":1,"b":2,"proof":3}}]', "json-duplicate-key"),
        (b"[NaN]", "json-number"),
        (b"[Infinity]", "json-number"),
        (b"[-Infinity]", "json-number"),
        (b"[1e400]", "json-number"),
        (b"[-1e400]", "json-number"),
        (b"[9007199254740992]", "json-number"),
        (b"[9007199254740992.0]", "json-number"),
        (b"[1e20]", "json-number"),
        (b"[-9007199254740992]", "json-number"),
        (b"[" + b"9" * 100_000 + b"]", "json-number"),
        (b"[0." + b"1" * 100_000 + b"]", "json-number"),
        (b"[1e" + b"0" * 100_000 + b"1]", "json-number"),
        (b"[" * 33 + b"]" * 33, "json-too-deep"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "json-too-deep"),
        (b"[" * 1_000_000, "json-too-deep"),
        (b"[" + b"1," * 100_001 + b"1]", "json-too-large"),
        (b'"' + b"x" * (1 << 20) + b'"', "json-too-large"),
        (b'"\xff"', "json-not-utf8"),
        (b'"\xc0\xaf"', "json-not-utf8"),
        (b'"\xed\xa0\x80"', "json-not-utf8"),
        (b"\xef\xbb\xbf{}", "json-not-utf8"),
        ("[1]".encode("utf-16"), "json-not-utf8"),
        (b'["\\ud800"]', "json-unicode"),
        (b'["\\udc00\\ud800"]', "json-unicode"),
        (b'{"\\ud83d":1}', "json-unicode"),
        ('["\ufffe"]'.encode(), "json-unicode"),
        (b'["\\uffff"]', "json-unicode"),
        ('["\ufdd0"]'.encode(), "json-unicode"),
        ('["\U00020000 \U0001ffff"]'.encode(), "json-unicode"),
        ('["e\u0301"]'.encode(), "json-unicode"),
        ('{"e\u0301":1}'.encode(), "json-unicode"),
        (b'["e\\u0301"]', "json-unicode"),
        ('["\u212b"]'.encode(), "json-unicode"),  # the sign of Angstrom for the letter
    ],
)
def test_what_readers_could_understand_differently_is_refused(data: bytes, rule: str) -> None:
    began = time.process_time()
    with pytest.raises(TraceError) as caught:
        loads(data, name="record")
    assert caught.value.rule == rule
    assert str(caught.value).startswith("record")
    assert len(str(caught.value)) < 200
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    "data", [b'"' + b'\\"' * 500_000, b'"\\' * 500_000, b'""' * 500_000, b"\\" * 1_000_000]
)
def test_measuring_takes_no_longer_for_strings_without_end(data: bytes) -> None:
    began = time.process_time()
    with pytest.raises(TraceError):
        loads(data)
    assert time.process_time() - began < 2


def test_what_is_plain_is_read() -> None:
    data = '{"a":[1,-0,2.5,true,false,null,1e21],"ü":"\U0001f600 \\u00e9 \\ud83d\\ude00","b":"[[[{{{,,,\\""}'
    assert loads(data.encode()) == json.loads(data)
    assert loads(b"[" * 32 + b"]" * 32)
    assert loads(b"[9007199254740991,-9007199254740991]") == [2**53 - 1, 1 - 2**53]
    assert loads(b" [ 1 ] ") == [1]
    with pytest.raises(TraceError, match=r"column 4.*json-syntax"):
        loads(b"[1 2]")


def test_limits_are_the_callers() -> None:
    assert loads(b"[[[]]]", limits=Limits(depth=3))
    for limits in (Limits(depth=2), Limits(size=5), Limits(values=2)):
        with pytest.raises(TraceError, match="json-too"):
            loads(b"[[[]]]", limits=limits)


@given(VALUES)
def test_the_canonical_form_is_that_of_the_second_implementation_and_is_read_back(value: Any) -> None:
    data = canonical(value)
    assert data == rfc8785.dumps(value)
    try:
        again = loads(data)
    except TraceError as e:
        assert e.rule == "json-unicode"  # not in normal form C, or no character
        return
    assert canonical(again) == data


@given(VALUES)
def test_values_without_floats_and_rare_letters_take_the_short_way(value: Any) -> None:
    """What the standard library writes is taken where it is surely the same."""
    plain = jsonin._plain(value)
    assert plain is None or plain == rfc8785.dumps(value)


def test_the_example_of_rfc_8785() -> None:
    """RFC 8785, 3.2.2 and 3.2.3."""
    source = (
        '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],'
        '"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}'
    )
    assert canonical(loads(source.encode())) == (
        b'{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        b'"string":"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )
    names = {
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\u0080": "Control",
        "\u00f6": "Latin Small Letter O With Diaeresis",
    }
    order = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert list(json.loads(canonical(names))) == order


@pytest.mark.parametrize(
    "value",
    [
        math.nan,
        math.inf,
        1e20,
        2**53,
        -(2**53),
        "\ud800",
        {1: 2},
        {"a": b"b"},
        object(),
        {"a": {1, 2}},
        {"a": (2**60,)},
    ],
)
def test_what_cannot_be_written_is_refused(value: Any) -> None:
    with pytest.raises(TraceError, match="json-not-canonical"):
        canonical([value])


def test_what_is_too_deep_to_write_is_refused() -> None:
    value: Any = 1
    for _ in range(100_000):
        value = [value]
    with pytest.raises(TraceError, match="json-not-canonical"):
        canonical(value)
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(TraceError, match="json-not-canonical"):
        canonical(loop)


@given(st.binary(max_size=200) | TEXT.map(str.encode))
def test_reading_never_fails_in_another_way(data: bytes) -> None:
    try:
        loads(data)
    except TraceError as e:
        assert e.rule.startswith("json-")
