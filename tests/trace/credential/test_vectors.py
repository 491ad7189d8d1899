"""The W3C's test vectors for Data Integrity: ``eddsa-jcs-2022``, and sets and chains of proofs."""

from hashlib import sha256
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from oreflow.errors import TraceError
from oreflow.trace import credential
from oreflow.trace.credential import chain, integrity
from oreflow.trace.jsonin import canonical, loads
from oreflow.trace.keys import PublicKey, SigningKey, multibase

VECTORS = Path(__file__).parents[4] / "shared" / "vectors" / "vc"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not VECTORS.is_dir(), reason="needs ../shared/vectors/vc"),
]
JCS, CHAIN = VECTORS / "eddsa-jcs-2022", VECTORS / "proof-set-chain"


def read(path: Path) -> Any:
    return loads(path.read_bytes())


def pair(told: dict[str, str]) -> SigningKey:
    """A key pair of the vectors: header 0x8026 and the seed."""
    secret = multibase.decode(told["privateKeyMultibase"])
    assert secret[:2] == b"\x80\x26"
    key = SigningKey.from_seed(secret[2:])
    assert key.public.multibase == told["publicKeyMultibase"]
    assert PublicKey.from_multibase(told["publicKeyMultibase"]) == key.public
    return key


def test_each_step_of_eddsa_jcs_2022() -> None:
    document, options = read(VECTORS / "unsigned.json"), read(JCS / "proofConfigJCS.json")
    assert canonical(document) == (JCS / "canonDocJCS.txt").read_bytes().strip()
    assert canonical(options) == (JCS / "proofCanonJCS.txt").read_bytes().strip()
    assert sha256(canonical(document)).hexdigest() == (JCS / "docHashJCS.txt").read_text().strip()
    assert sha256(canonical(options)).hexdigest() == (JCS / "proofHashJCS.txt").read_text().strip()
    data = integrity.hash_data(document, options)
    assert data.hex() == (JCS / "combinedHashJCS.txt").read_text().strip()
    signature = pair(read(VECTORS / "keyPair.json")).sign(data)
    assert signature.hex() == (JCS / "sigHexJCS.txt").read_text().strip()
    assert multibase.encode(signature) == (JCS / "sigBTC58JCS.txt").read_text().strip()


def test_the_signed_document_is_made_and_verified() -> None:
    signed = read(JCS / "signedJCS.json")
    key = pair(read(VECTORS / "keyPair.json"))
    assert credential.issue(read(VECTORS / "unsigned.json"), key, created="2023-02-24T23:36:38Z") == signed
    issuer = {"id": signed["issuer"], "assertionMethod": [signed["proof"]["verificationMethod"]]}
    found = credential.verify((JCS / "signedJCS.json").read_bytes(), credential.Resolver([issuer]))
    assert found.failures == ()
    assert found.document == read(VECTORS / "unsigned.json")


def test_without_the_issuers_document_the_key_is_nobodys() -> None:
    found = credential.verify((JCS / "signedJCS.json").read_bytes())
    assert [f.rule for f in found.failures] == ["issuer-not-bound"]
    assert len(found.proofs) == 1


@pytest.mark.parametrize(
    "name", ["signedProofSet1", "signedProofSet2", "signedProofChain1", "signedProofChain2"]
)
def test_the_suite_over_rdf_is_refused_by_name(name: str) -> None:
    """The vectors of sets and chains are of ``eddsa-rdfc-2022``, which needs RDF and is not taken."""
    found = credential.verify((CHAIN / f"{name}.json").read_bytes())
    assert {f.rule for f in found.failures} == {"cryptosuite-unsupported"}
    assert found.proofs == ()


def test_a_proof_of_a_chain_signs_the_documents_of_the_vectors() -> None:
    signed = read(CHAIN / "signedProofChain2.json")
    listed = chain.proofs(signed)
    made = [chain.signed_by(signed, chain.previous(p, listed)) for p in listed]
    plain = read(CHAIN / "unsigned.json")
    assert made == [
        plain,
        plain,
        read(CHAIN / "proofChainTempDoc1.json"),
        read(CHAIN / "proofChainTempDoc2.json"),
    ]


# What follows writes the documents of the vectors as RDF, as far as they need it, to hold what we say a proof of a
# chain signs against the W3C's own signatures.
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
VC, SECURITY = "https://www.w3.org/2018/credentials#", "https://w3id.org/security#"
EXAMPLES, DATE = "https://www.w3.org/ns/credentials/examples#", "http://www.w3.org/2001/XMLSchema#dateTime"


def proof_quads(proof: dict[str, Any], graph: str) -> list[str]:
    subject = f"<{proof['id']}>" if "id" in proof else "_:c14n0"
    rows = [
        (RDF_TYPE, f"<{SECURITY}DataIntegrityProof>"),
        ("http://purl.org/dc/terms/created", f'"{proof["created"]}"^^<{DATE}>'),
        (f"{SECURITY}cryptosuite", f'"{proof["cryptosuite"]}"^^<{SECURITY}cryptosuiteString>'),
        (f"{SECURITY}proofPurpose", f"<{SECURITY}{proof['proofPurpose']}>"),
        (f"{SECURITY}verificationMethod", f"<{proof['verificationMethod']}>"),
    ]
    if "proofValue" in proof:
        rows.append((f"{SECURITY}proofValue", f'"{proof["proofValue"]}"^^<{SECURITY}multibase>'))
    before = proof.get("previousProof", [])
    for one in [before] if isinstance(before, str) else before:
        rows.append((f"{SECURITY}previousProof", f"<{one}>"))
    return [f"{subject} <{p}> {o}{graph} .\n" for p, o in rows]


def document_quads(document: dict[str, Any], graphs: tuple[int, ...]) -> str:
    me, subject = f"<{document['id']}>", document["credentialSubject"]
    rows = [
        f'<{subject["id"]}> <{EXAMPLES}alumniOf> "{subject["alumniOf"]}" .\n',
        f"{me} <{RDF_TYPE}> <{VC}VerifiableCredential> .\n",
        f"{me} <{RDF_TYPE}> <{EXAMPLES}AlumniCredential> .\n",
        f'{me} <https://schema.org/description> "{document["description"]}" .\n',
        f'{me} <https://schema.org/name> "{document["name"]}" .\n',
        f"{me} <{VC}credentialSubject> <{subject['id']}> .\n",
        f"{me} <{VC}issuer> <{document['issuer']}> .\n",
        f'{me} <{VC}validFrom> "{document["validFrom"]}"^^<{DATE}> .\n',
    ]
    for n, proof in zip(graphs, document.get("proof", []), strict=True):
        rows += [f"{me} <{SECURITY}proof> _:c14n{n} .\n", *proof_quads(proof, f" _:c14n{n}")]
    return "".join(sorted(rows))


def holds(document: dict[str, Any], proof: dict[str, Any]) -> bool:
    """Whether a proof of ``eddsa-rdfc-2022`` holds, under one of the names that its graphs may have."""
    options = {k: v for k, v in proof.items() if k != "proofValue"}
    first = sha256("".join(sorted(proof_quads(options, ""))).encode()).digest()
    key = PublicKey.from_multibase(proof["verificationMethod"].partition("#")[2])
    for graphs in permutations(range(len(document.get("proof", [])))):
        try:
            second = sha256(document_quads(document, graphs).encode()).digest()
            key.verify(multibase.decode(proof["proofValue"]), first + second)
            return True
        except TraceError:
            continue
    return False


@pytest.mark.parametrize("name", ["signedProofSet2", "signedProofChain1", "signedProofChain2"])
def test_what_a_proof_signs_is_what_the_w3c_signed(name: str) -> None:
    signed = read(CHAIN / f"{name}.json")
    listed = chain.proofs(signed)
    for proof in listed:
        assert holds(chain.signed_by(signed, chain.previous(proof, listed)), proof)
        others = [p for p in listed if p is not proof and "id" in p]
        if others != chain.previous(proof, listed):  # and nothing else would do
            assert not holds(chain.signed_by(signed, others), proof)


def test_the_keys_of_the_chain_make_it_with_our_suite() -> None:
    told = read(CHAIN / "multiKeyPairs.json")
    one, two, three, four = (pair(told[f"keyPair{i}"]) for i in range(1, 5))
    document = read(CHAIN / "unsigned.json")
    when = "2023-02-26T22:06:38Z"
    document = credential.issue(document, one, created=when, id="urn:uuid:1")
    document = credential.issue(document, two, created=when, id="urn:uuid:2")
    document = credential.issue(
        document, three, created=when, id="urn:uuid:3", after=["urn:uuid:1", "urn:uuid:2"]
    )
    document = credential.issue(document, four, created=when, after="urn:uuid:3")
    issuer = {"id": document["issuer"], "assertionMethod": [one.public.method]}
    found = credential.verify(document, credential.Resolver([issuer]))
    assert found.failures == ()
    assert [p.method.key for p in found.proofs] == [k.public for k in (one, two, three, four)]
