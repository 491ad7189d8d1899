"""Every rule by which a record, proof, key or log is refused, and what it means when it is broken."""

from __future__ import annotations

from dataclasses import dataclass

from oreflow.errors import TraceError

RULES = {
    "json-syntax": "The text is not JSON.",
    "json-not-utf8": "The text is not UTF-8, or begins with a byte order mark.",
    "json-too-large": "The text is larger, or has more members, than is read.",
    "json-too-deep": "Lists and objects stand deeper inside each other than is read.",
    "json-duplicate-key": "A key stands twice in an object; readers differ in which one they take.",
    "json-number": "A number is not finite, or a whole number not every reader keeps exactly.",
    "json-unicode": "A string has a code point that is no character, or two spellings that look alike.",
    "json-not-canonical": "A value cannot be written in the canonical form, so that it cannot be signed.",
    "multibase-wrong": "What should be multibase (base58btc) is not.",
    "vkey-wrong": "A verifier key is not of the form name+id+key, or its id does not fit.",
    "key-wrong": "Bytes are no key of the algorithm, or a key that gives no security.",
    "key-folder": "The folder or file of a key can be read by others, or is not the owner's.",
    "key-passphrase": "The passphrase of a key is missing or wrong.",
    "key-unknown": "A key is not one of those that the signer has announced.",
    "key-outside-validity": "A key was used before its time began or after it had ended.",
    "key-compromised": "A key was stolen, and witnesses had not cosigned this before it was.",
    "statement-wrong": "A statement about a key is malformed, or not signed by those who must sign it.",
    "signature-wrong": "A signature is not one by the key over the text.",
    "signature-missing": "A signature that must be there is not.",
    "note-malformed": "A signed note is not of the form.",
    "note-too-large": "A signed note is larger, or has more signatures, than is read.",
    "checkpoint-malformed": "A checkpoint does not tell origin, size and root.",
    "checkpoint-replayed": "A checkpoint is older than one that was seen before.",
    "checkpoint-stale": "The cosignatures of a checkpoint are older than is accepted.",
    "origin-unknown": "No key is trusted for the log that a checkpoint names.",
    "split-view": "A log has shown two different trees of one size; the two checkpoints prove it.",
    "clock-skew": "A time lies in the future.",
    "quorum-missing": "Fewer witnesses have cosigned than the policy asks for.",
    "policy-malformed": "A policy of witnesses is not of the form.",
    "inclusion-wrong": "A record is not in the log at that place, or was changed.",
    "consistency-wrong": "A log does not go on from what it was: something was removed, moved or changed.",
    "proof-malformed": "A proof file is not of the form.",
    "tile-name": "A name is not that of a tile.",
    "tile-missing": "A file of the log is missing.",
    "tile-wrong": "A file of the log does not hold what it should.",
    "log-damaged": "The files of a log contradict each other.",
    "log-forked": "A file of the log was already published with another content.",
    "log-rolled-back": "A witness has seen more of the log than its folder holds: it was set back.",
    "witness-refused": "A witness did not cosign, or answered out of form.",
    "credential-malformed": "A record is not a verifiable credential (VCDM 2.0).",
    "credential-not-valid": "A record is not valid yet, or no longer.",
    "credential-proof-missing": "A record has no proof, or one that must be there was taken away.",
    "credential-proof-malformed": "A proof of a record is not of the form.",
    "cryptosuite-unsupported": "A proof is of a suite that is not taken, or names one that does not fit its key.",
    "proof-purpose": "A proof was made for another purpose.",
    "proof-context": "The record's context is not the one that was signed.",
    "proof-chain": "A proof builds on one that is not there, or on itself.",
    "issuer-unknown": "No document is known for the issuer or the key of a proof.",
    "issuer-not-bound": "No proof of a record is by a key of its issuer.",
}


@dataclass(frozen=True)
class Failure:
    """One reason why something is not to be trusted.

    Attributes:
        rule: Id of the rule that is broken, one of `RULES`.
        message: What is wrong, and where.
    """

    rule: str
    message: str

    @classmethod
    def of(cls, error: TraceError) -> Failure:
        """Return the failure that an error tells of."""
        return cls(error.rule, error.text)

    def raised(self) -> TraceError:
        """Return the error that tells of it."""
        return TraceError(self.rule, self.message)
