"""Keys over time: rotation by both keys, windows, ends, and what counts after a key was stolen."""

from typing import Any

import pytest

from oreflow.errors import TraceError, UsageError
from oreflow.trace.jsonin import canonical, loads
from oreflow.trace.keys import ML_DSA_44, PublicKey, SigningKey
from oreflow.trace.keys.history import History, Statement, compromise, end, rotation, start

ONE, TWO, THREE, THIEF = (SigningKey.from_seed(bytes([i]) * 32) for i in range(4))
WHO = "example.com/cobalt"
DAY = 86_400
T = 20_000 * DAY


def history(*statements: Statement, anchors: tuple[SigningKey, ...] = (ONE,)) -> History:
    return History(WHO, [a.public for a in anchors], statements)


def counts(told: History, key: SigningKey, signed_at: int | None, cosigned_at: int | None = None) -> str:
    """Return the rule by which a signature does not count; nothing where it does."""
    try:
        told.check(key.public, signed_at=signed_at, cosigned_at=cosigned_at)
    except TraceError as e:
        return e.rule
    return ""


def test_a_rotation_hands_over_at_its_time() -> None:
    told = history(start(WHO, ONE, T), rotation(WHO, ONE, TWO, T + 10 * DAY, until=T + 20 * DAY))
    assert counts(told, ONE, T - 1) == "key-outside-validity"
    assert counts(told, ONE, T) == ""
    assert counts(told, ONE, T + 10 * DAY - 1) == ""
    assert counts(told, ONE, T + 10 * DAY) == "key-outside-validity"
    assert counts(told, TWO, T + 10 * DAY - 1) == "key-outside-validity"
    assert counts(told, TWO, T + 10 * DAY) == ""
    assert counts(told, TWO, T + 20 * DAY) == "key-outside-validity"
    assert counts(told, ONE, None) == "key-outside-validity"
    assert counts(told, THIEF, T) == "key-unknown"


def test_rotations_follow_each_other_in_whatever_order_they_are_given() -> None:
    made = [rotation(WHO, ONE, TWO, T), rotation(WHO, TWO, THREE, T + DAY)]
    for order in (made, made[::-1], made * 2):
        told = history(*order)
        assert [counts(told, k, T + 2 * DAY) for k in (ONE, TWO, THREE)] == ["key-outside-validity"] * 2 + [
            ""
        ]


def test_a_rotation_needs_both_signatures() -> None:
    good = rotation(WHO, ONE, TWO, T)
    assert set(good.signatures or ()) == {ONE.public.multibase, TWO.public.multibase}
    for keys in ((ONE,), (TWO,), (), (THIEF,)):
        with pytest.raises(TraceError, match=r"who must sign.*statement-wrong"):
            history(good.signed(*keys))
    forged = dict(good.signatures or {}) | {ONE.public.multibase: bytes(64)}
    with pytest.raises(TraceError, match="signature-wrong"):
        history(Statement(good.kind, WHO, good.key, good.at, good.next, None, forged))
    with pytest.raises(UsageError, match="cannot replace itself"):
        rotation(WHO, ONE, ONE, T)


def test_a_signature_is_for_one_statement_alone() -> None:
    good = rotation(WHO, ONE, TWO, T)
    for other in (
        Statement(good.kind, WHO, good.key, good.at + 1, good.next, None, good.signatures),
        Statement(good.kind, WHO, good.key, good.at, good.next, T + DAY, good.signatures),
        Statement("key-end", WHO, good.key, good.at, None, None, good.signatures),
    ):
        with pytest.raises(TraceError, match="signature-wrong"):
            history(other)
    assert counts(history(rotation("example.com/nickel", ONE, TWO, T)), TWO, T) == "key-unknown"


def test_two_successors_contradict_each_other() -> None:
    with pytest.raises(TraceError, match=r"replaced twice.*statement-wrong") as caught:
        history(rotation(WHO, ONE, TWO, T), rotation(WHO, ONE, THIEF, T))
    assert len(caught.value.evidence) == 2


def test_keys_of_both_algorithms_follow_each_other() -> None:
    large = SigningKey.from_seed(bytes(32), ML_DSA_44)
    told = history(rotation(WHO, ONE, large, T))
    assert counts(told, large, T) == ""


def test_a_key_ends_by_its_own_word_or_a_later_keys() -> None:
    for by in (ONE, TWO):
        told = history(rotation(WHO, ONE, TWO, T), end(WHO, ONE.public, T - DAY, by))
        assert counts(told, ONE, T - DAY) == "key-outside-validity"
        assert counts(told, ONE, T - DAY - 1) == ""
    with pytest.raises(TraceError, match=r"ended is not signed.*statement-wrong"):
        history(end(WHO, ONE.public, T, THIEF))


def test_an_older_key_has_no_say_over_a_newer_one() -> None:
    """Whoever stole a key that was replaced cannot end its successor, or have it thought stolen."""
    turned = rotation(WHO, ONE, TWO, T)
    for said in (end(WHO, TWO.public, T, ONE), compromise(WHO, TWO.public, T, ONE)):
        with pytest.raises(TraceError, match=r"by it or by a key that came after it.*statement-wrong"):
            history(turned, said)
        with pytest.raises(TraceError, match="statement-wrong"):
            history(turned, said, anchors=(ONE, TWO))
    assert counts(history(turned, compromise(WHO, TWO.public, T, TWO)), TWO, T) == "key-compromised"


def test_after_a_theft_only_what_was_cosigned_before_counts() -> None:
    told = history(compromise(WHO, ONE.public, T, ONE))
    assert counts(told, ONE, T - DAY) == "key-compromised"  # it says so itself; nobody saw it then
    assert counts(told, ONE, T - DAY, T - 1) == ""
    assert counts(told, ONE, T - DAY, T) == "key-compromised"
    assert counts(told, ONE, T - DAY, T + DAY) == "key-compromised"
    assert counts(told, ONE, T + DAY, T - 1) == ""  # its own date is another rule's matter


def test_the_earliest_theft_that_is_told_holds() -> None:
    told = history(compromise(WHO, ONE.public, T, ONE), compromise(WHO, ONE.public, T - DAY, ONE))
    assert counts(told, ONE, None, T - DAY) == "key-compromised"
    assert counts(told, ONE, None, T - DAY - 1) == ""


def test_a_thief_cannot_hand_the_key_on() -> None:
    stolen = compromise(WHO, ONE.public, T, ONE)
    thief = rotation(WHO, ONE, THIEF, T - 5 * DAY)  # dated back, as a thief would
    assert counts(history(thief), THIEF, T) == ""  # as long as nobody knows of the theft
    assert counts(history(thief, stolen), THIEF, T) == "key-unknown"
    assert counts(history(thief.seen(T + DAY), stolen), THIEF, T) == "key-unknown"
    honest = rotation(WHO, ONE, TWO, T - 5 * DAY).seen(T - 4 * DAY)
    told = history(honest, thief, stolen)
    assert counts(told, TWO, T) == ""
    assert counts(told, THIEF, T) == "key-unknown"


def test_a_later_key_tells_of_the_theft_of_an_earlier_one() -> None:
    honest = rotation(WHO, ONE, TWO, T).seen(T + 60)
    told = history(honest, compromise(WHO, ONE.public, T + DAY, TWO))
    assert counts(told, ONE, T - DAY, T) == ""
    assert counts(told, ONE, T - DAY) == "key-compromised"
    assert counts(told, TWO, T + DAY) == ""
    with pytest.raises(TraceError, match=r"that .* was stolen is not signed.*statement-wrong"):
        history(honest, compromise(WHO, ONE.public, T, THIEF))


def test_a_signer_who_lost_the_last_key_is_trusted_anew_by_an_anchor() -> None:
    after = [rotation(WHO, ONE, TWO, T + DAY), compromise(WHO, ONE.public, T, TWO)]
    with pytest.raises(TraceError, match="statement-wrong"):
        history(*after)  # whether TWO is the owner's or the thief's cannot be told
    told = history(*after, anchors=(ONE, TWO))
    assert counts(told, ONE, T - DAY, T - 1) == ""
    assert counts(told, ONE, T - DAY, T + 1) == "key-compromised"
    assert counts(told, TWO, T + 2 * DAY) == ""


def test_a_statement_is_read_back() -> None:
    for s in (
        start(WHO, ONE, T, until=T + DAY),
        rotation(WHO, ONE, TWO, T),
        end(WHO, ONE.public, T, TWO),
        compromise(WHO, ONE.public, T, ONE),
    ):
        assert Statement.from_plain(loads(canonical(s.to_plain()))) == s
        assert isinstance(s.key, PublicKey)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "key-gift"},
        {"kind": "key-rotation"},
        {"subject": ""},
        {"subject": 5},
        {"at": "yesterday"},
        {"at": None},
        {"until": 5},
        {"key": "u7QE"},
        {"next": TWO.public.multibase},
        {"signatures": []},
        {"signatures": {"z": "not base64"}},
        {"signatures": {"z": 5}},
        {"more": 1},
    ],
)
def test_a_statement_out_of_form_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(TraceError, match=r"statement-wrong|multibase-wrong"):
        Statement.from_plain(start(WHO, ONE, T).to_plain() | change)
    with pytest.raises(TraceError):
        Statement.from_plain([])


def test_a_time_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="is no time"):
        start(WHO, ONE, 0)
