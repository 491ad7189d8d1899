"""Records are issued and checked; whatever somebody changes, takes away or pretends is noticed by a rule."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oreflow.errors import TraceError, UsageError
from oreflow.trace import credential
from oreflow.trace.credential import integrity
from oreflow.trace.keys import ML_DSA_44, SigningKey, history, multibase
from oreflow.trace.keys.history import History
from oreflow.trace.times import stamp

NOW = 1_800_000_000
KEY = SigningKey.from_seed(b"k" * 32)
OTHER = SigningKey.from_seed(b"o" * 32)
ISSUER = "https://miner.example/id"


def plain(**more: Any) -> dict[str, Any]:
    return {
        "@context": [credential.CONTEXT],
        "type": ["VerifiableCredential"],
        "id": "urn:uuid:00000000-0000-4000-8000-000000000001",
        "issuer": KEY.public.did,
        "credentialSubject": {"id": "urn:lot:1", "mass": 1000, "name": "Kupfererz é"},
    } | more


def issued(key: SigningKey = KEY, created: int = NOW, **more: Any) -> dict[str, Any]:
    return credential.issue(plain(**more), key, created=stamp(created))


def rules(document: Any, resolver: credential.Resolver | None = None, **options: Any) -> list[str]:
    return [f.rule for f in credential.verify(document, resolver, now=NOW, **options).failures]


def document_of(issuer: str = ISSUER, key: SigningKey = KEY, **method: Any) -> dict[str, Any]:
    id = f"{issuer}#k1"
    return {
        "id": issuer,
        "verificationMethod": [
            {"id": id, "type": "Multikey", "controller": issuer, "publicKeyMultibase": key.public.multibase}
            | method
        ],
        "assertionMethod": [id],
    }


def test_what_is_issued_verifies() -> None:
    document = issued()
    found = credential.verify(document, now=NOW)
    assert found.ok
    assert found.require() is found
    assert (found.document, found.issuer) == (plain(), KEY.public.did)
    assert found.proofs[0].created == NOW
    assert credential.verify(json.dumps(document).encode(), now=NOW).ok
    assert credential.verify(credential.issue(plain(), KEY)).ok


def test_what_would_need_the_network_is_said_to_be_unchecked() -> None:
    assert credential.verify(issued(), now=NOW).unchecked == ()
    found = credential.verify(issued(credentialStatus={"id": "https://miner.example/status#1"}), now=NOW)
    assert (found.ok, found.unchecked) == (True, ("credentialStatus",))


def test_an_issuer_with_a_document_signs_by_its_method() -> None:
    document = credential.issue(plain(issuer=ISSUER), KEY, method=f"{ISSUER}#k1", created=stamp(NOW))
    assert rules(document, credential.Resolver([document_of()])) == []
    assert rules(document) == ["issuer-unknown"]
    assert rules(document, credential.Resolver([document_of(key=OTHER)])) == ["signature-wrong"]
    named = plain(issuer={"id": ISSUER, "name": "A mine"})
    document = credential.issue(named, KEY, method=f"{ISSUER}#k1", created=stamp(NOW))
    assert rules(document, credential.Resolver([document_of()])) == []


@given(st.data())
def test_any_change_of_a_value_is_noticed(data: st.DataObject) -> None:
    document = issued()
    path: list[Any] = []
    at: Any = document
    while isinstance(at, dict | list):
        key = data.draw(st.sampled_from(sorted(at) if isinstance(at, dict) else list(range(len(at)))))
        path.append(key)
        at = at[key]
    changed = json.loads(json.dumps(document))
    spot = changed
    for key in path[:-1]:
        spot = spot[key]
    spot[path[-1]] = data.draw(
        st.sampled_from(["x", 0, None, [], {}, f"{at}x", True]).filter(lambda v: v != at)
    )
    assert rules(changed)
    del spot[path[-1]]
    assert rules(changed)
    added = json.loads(json.dumps(document))
    (added["credentialSubject"] if path[0] == "credentialSubject" else added)["extra"] = 1
    assert rules(added)


def test_a_stripped_signature_is_noticed() -> None:
    both = credential.issue(issued(), OTHER, created=stamp(NOW))
    assert rules(both) == []
    one = both | {"proof": both["proof"][0]}
    assert rules(one) == []  # a member of a set stands alone ...
    assert rules(one, required=[OTHER.public.did]) == [
        "credential-proof-missing"
    ]  # ... unless it must be there
    assert rules(both, required=[OTHER.public.did, KEY.public.method]) == []
    assert rules(both | {"proof": both["proof"][1]}) == ["issuer-not-bound"]
    for nothing in ([], None):
        assert rules(both | {"proof": nothing}) == ["credential-proof-missing"]
    assert rules(plain()) == ["credential-proof-missing"]
    assert rules(both | {"proof": "signed, really"}) == ["credential-proof-malformed"]
    assert rules(both | {"proof": [both["proof"][0], 1]}) == ["credential-proof-malformed"]


def test_a_link_taken_out_of_a_chain_is_noticed() -> None:
    one = credential.issue(plain(), KEY, created=stamp(NOW), id="urn:a")
    two = credential.issue(one, OTHER, created=stamp(NOW), after="urn:a")
    assert rules(two) == []
    assert rules(two | {"proof": two["proof"][1:]}) == ["proof-chain"]
    again = credential.issue(plain(mass=5), KEY, created=stamp(NOW), id="urn:a")
    swapped = two | {"proof": [again["proof"], two["proof"][1]]}
    assert rules(swapped) == ["signature-wrong", "signature-wrong"]
    renamed = two | {
        "proof": [two["proof"][0] | {"id": "urn:b"}, two["proof"][1] | {"previousProof": "urn:b"}]
    }
    assert rules(renamed) == ["signature-wrong", "signature-wrong"]
    itself = two | {"proof": [two["proof"][0] | {"previousProof": "urn:a"}]}
    assert rules(itself) == ["proof-chain"]
    for wrong in ([], 5, ["urn:a", 5]):
        changed = two | {"proof": [two["proof"][0], two["proof"][1] | {"previousProof": wrong}]}
        assert "credential-proof-malformed" in rules(changed)
    twice = two | {"proof": [two["proof"][0], two["proof"][0]]}
    assert rules(twice) == ["credential-proof-malformed"]
    many = two | {"proof": [{}] * 17}
    assert rules(many) == ["credential-proof-malformed"]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"cryptosuite": "eddsa-rdfc-2022"}, "cryptosuite-unsupported"),
        ({"cryptosuite": "ecdsa-jcs-2019"}, "cryptosuite-unsupported"),
        ({"cryptosuite": "EDDSA-JCS-2022"}, "cryptosuite-unsupported"),
        ({"cryptosuite": None}, "cryptosuite-unsupported"),
        ({"cryptosuite": ["eddsa-jcs-2022"]}, "cryptosuite-unsupported"),
        ({"type": "Ed25519Signature2020"}, "cryptosuite-unsupported"),
        ({"type": ["DataIntegrityProof"]}, "cryptosuite-unsupported"),
        ({"proofPurpose": "authentication"}, "proof-purpose"),
        ({"proofPurpose": None}, "proof-purpose"),
        ({"verificationMethod": OTHER.public.method}, "signature-wrong"),
        ({"verificationMethod": KEY.public.did}, "issuer-unknown"),
        ({"verificationMethod": f"{KEY.public.did}#{OTHER.public.multibase}"}, "issuer-unknown"),
        ({"verificationMethod": {"publicKeyMultibase": KEY.public.multibase}}, "credential-proof-malformed"),
        ({"verificationMethod": "did:web:miner.example#k"}, "issuer-unknown"),
        ({"verificationMethod": "did:key:u7QE#u7QE"}, "multibase-wrong"),
        ({"verificationMethod": "did:key:z0OIl#z0OIl"}, "multibase-wrong"),
        ({"verificationMethod": "did:key:z6Mk#z6Mk"}, "key-wrong"),
        ({"proofValue": None}, "credential-proof-malformed"),
        ({"proofValue": "z"}, "signature-wrong"),
        ({"proofValue": "u" + "A" * 86}, "multibase-wrong"),
        ({"proofValue": "z" + "2" * 5000}, "multibase-wrong"),
        ({"created": "2027-01-15"}, "credential-proof-malformed"),
        ({"created": "2027-01-15T08:00:00"}, "credential-proof-malformed"),
        ({"created": 5}, "credential-proof-malformed"),
        ({"expires": "soon"}, "credential-proof-malformed"),
        ({"@context": ["https://www.w3.org/ns/credentials/v2", "https://evil.example"]}, "proof-context"),
        ({"@context": ["https://evil.example"]}, "proof-context"),
    ],
)
def test_a_proof_that_pretends_is_refused_by_rule(change: dict[str, Any], rule: str) -> None:
    document = issued()
    document["proof"] |= change
    assert rules(document) == [rule]


def test_a_key_of_another_algorithm_is_not_confused() -> None:
    large = SigningKey.from_seed(b"m" * 32, ML_DSA_44)
    document = issued(issuer=large.public.did)
    document["proof"]["verificationMethod"] = large.public.method
    assert rules(document) == ["cryptosuite-unsupported"]
    with pytest.raises(UsageError, match="signs with ed25519"):
        issued(large)
    p256 = multibase.encode(b"\x80\x24" + b"\x02" * 33)
    document["proof"]["verificationMethod"] = f"did:key:{p256}#{p256}"
    assert rules(document) == ["key-wrong"]


def test_an_issuers_document_speaks_for_itself_alone() -> None:
    for method in (
        {"controller": "https://bank.example"},
        {"id": "https://bank.example#k1"},
        {"id": OTHER.public.method},
        {"type": "JsonWebKey"},
        {"publicKeyMultibase": "uABC"},
        {"expires": "never"},
        {"id": 5},
    ):
        with pytest.raises(TraceError, match=r"issuer-unknown|multibase-wrong"):
            credential.Resolver([document_of(**method)])
    with pytest.raises(TraceError, match="two documents"):
        credential.Resolver([document_of(), document_of()])
    shared = document_of(id=KEY.public.method)
    with pytest.raises(TraceError, match="two documents hold the method"):
        credential.Resolver([shared, document_of("https://other.example", id=KEY.public.method)])
    with pytest.raises(TraceError, match="has no id"):
        credential.Resolver([{"assertionMethod": []}])


def test_a_key_may_be_used_only_for_what_its_document_says() -> None:
    about = document_of()
    about["authentication"] = about.pop("assertionMethod")
    document = credential.issue(plain(issuer=ISSUER), KEY, method=f"{ISSUER}#k1", created=stamp(NOW))
    assert rules(document, credential.Resolver([about])) == ["proof-purpose"]
    about["assertionMethod"] = [about["verificationMethod"][0] | {"id": "#k2"}]
    second = credential.issue(plain(issuer=ISSUER), KEY, method=f"{ISSUER}#k2", created=stamp(NOW))
    assert rules(second, credential.Resolver([about])) == []


def test_one_who_is_not_the_issuer_does_not_speak_for_it() -> None:
    document = credential.issue(plain(issuer=ISSUER), OTHER, created=stamp(NOW))
    assert rules(document, credential.Resolver([document_of()])) == ["issuer-not-bound"]
    assert rules(issued(OTHER)) == ["issuer-not-bound"]


def test_a_context_added_later_is_not_part_of_what_was_signed() -> None:
    """The suite lets contexts follow those that were signed; ones before or between it does not."""
    document = issued()
    document["@context"] = [*document["@context"], "https://later.example"]
    assert rules(document) == []
    document["@context"] = ["https://first.example", credential.CONTEXT]
    assert rules(document) == ["credential-malformed", "proof-context"]
    bare = issued()
    del bare["proof"]["@context"]
    assert rules(bare) == ["signature-wrong"]


def test_clocks_that_are_ahead_are_noticed() -> None:
    assert rules(issued(created=NOW + 300)) == []
    assert rules(issued(created=NOW + 301)) == ["clock-skew"]
    assert rules(issued(created=NOW), cosigned_at=NOW - 301) == ["clock-skew"]
    assert rules(issued(created=NOW), cosigned_at=NOW - 300) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"validFrom": stamp(NOW + 301)}, ["credential-not-valid"]),
        ({"validFrom": stamp(NOW + 300)}, []),
        ({"validUntil": stamp(NOW - 301)}, ["credential-not-valid"]),
        ({"validUntil": stamp(NOW - 300)}, []),
    ],
)
def test_a_record_is_valid_for_its_time(change: dict[str, str], expected: list[str]) -> None:
    assert rules(issued(**change)) == expected


def test_a_proof_ends_where_it_says() -> None:
    extra = {"expires": stamp(NOW - 301)}
    proof = integrity.make(plain(), KEY, method=KEY.public.method, created=stamp(NOW - 900), extra=extra)
    assert rules(plain() | {"proof": proof}) == ["credential-not-valid"]


@pytest.mark.parametrize(
    "change",
    [
        {"@context": credential.CONTEXT},
        {"@context": ["https://www.w3.org/2018/credentials/v1"]},
        {"@context": []},
        {"type": "Something"},
        {"type": None},
        {"issuer": "nobody"},
        {"issuer": {"name": "nobody"}},
        {"issuer": 5},
        {"id": "no url"},
        {"id": 5},
        {"credentialSubject": {}},
        {"credentialSubject": []},
        {"credentialSubject": "lot"},
        {"validFrom": "2027-01-01"},
        {"validFrom": "2027-13-01T00:00:00Z"},
        {"validFrom": stamp(NOW), "validUntil": stamp(NOW - 1)},
    ],
)
def test_what_is_no_credential_is_neither_issued_nor_taken(change: dict[str, Any]) -> None:
    with pytest.raises(TraceError, match="credential-malformed"):
        issued(**change)
    document = plain(**change)
    proof = integrity.make(document, KEY, method=KEY.public.method, created=stamp(NOW), extra={})
    assert "credential-malformed" in rules(document | {"proof": proof})


@pytest.mark.parametrize("data", [b"", b"[]", b"5", b"null", b"{", b'{"a":1,"a":2}', b"\xff"])
def test_bytes_that_are_no_record_are_a_failure_not_a_crash(data: bytes) -> None:
    found = credential.verify(data, now=NOW)
    assert not found.ok
    with pytest.raises(TraceError, match=found.failures[0].rule):
        found.require()


def test_a_method_that_was_revoked_or_ended_signs_no_more() -> None:
    document = credential.issue(plain(issuer=ISSUER), KEY, method=f"{ISSUER}#k1", created=stamp(NOW))
    for word in ("revoked", "expires"):
        for at, expected in ((NOW + 1, []), (NOW, ["key-outside-validity"])):
            resolver = credential.Resolver([document_of(**{word: stamp(at)})])
            assert rules(document, resolver) == expected


def test_a_history_says_which_keys_count_when() -> None:
    document = issued(created=NOW - 50)
    began = history.start(KEY.public.did, KEY, NOW - 100)
    lost = history.compromise(KEY.public.did, KEY.public, NOW - 40, KEY)

    def with_history(*statements: history.Statement, **options: Any) -> list[str]:
        told = {KEY.public.did: History(KEY.public.did, [KEY.public], statements)}
        return rules(document, histories=told, **options)

    assert with_history(began) == []
    assert with_history(history.start(KEY.public.did, KEY, NOW - 10)) == ["key-outside-validity"]
    assert with_history(began, lost) == ["key-compromised"]
    assert with_history(began, lost, cosigned_at=NOW - 41) == []
    assert with_history(began, lost, cosigned_at=NOW - 40) == ["key-compromised"]
    assert rules(document, histories={KEY.public.did: History(KEY.public.did, [OTHER.public])}) == [
        "key-unknown"
    ]
    undated = issued()
    del undated["proof"]["created"]
    proof = {k: v for k, v in undated["proof"].items() if k != "proofValue"}
    value = multibase.encode(KEY.sign(integrity.hash_data(plain(), proof)))
    undated["proof"] = proof | {"proofValue": value}
    assert rules(undated) == []
    told = {KEY.public.did: History(KEY.public.did, [KEY.public], [began])}
    assert rules(undated, histories=told) == ["key-outside-validity"]


def test_issuing_refuses_what_does_not_fit() -> None:
    with pytest.raises(UsageError, match="no time stamp"):
        credential.issue(plain(), KEY, created="yesterday")
    one = credential.issue(plain(), KEY, created=stamp(NOW), id="urn:a")
    with pytest.raises(UsageError, match="already"):
        credential.issue(one, OTHER, created=stamp(NOW), id="urn:a")
    with pytest.raises(TraceError, match="proof-chain"):
        credential.issue(one, OTHER, created=stamp(NOW), after="urn:b")
    with pytest.raises(TraceError, match="json-not-canonical"):
        issued(mass=float("nan"))
    with pytest.raises(TraceError, match="json-not-canonical"):
        issued(mass=2**60)
