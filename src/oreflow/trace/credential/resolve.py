"""Whose key a proof names: ``did:key`` by itself, all others from documents that were given; nothing is fetched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from oreflow.errors import TraceError
from oreflow.trace.keys.key import PublicKey
from oreflow.trace.times import moment


@dataclass(frozen=True)
class Method:
    """A verification method: a key and who may use it for what.

    Attributes:
        id: Its id, with ``#``.
        key: The key.
        controller: Who controls it.
        purposes: What it may be used for, e.g. ``assertionMethod``.
        expires: When it ends, s since 1970.
        revoked: From when it is given up, s since 1970.
    """

    id: str
    key: PublicKey
    controller: str
    purposes: frozenset[str]
    expires: int | None = None
    revoked: int | None = None


PURPOSES = ("assertionMethod", "authentication")


class Resolver:
    """Finds verification methods.

    Args:
        documents: Documents of issuers (W3C controlled identifier documents, DID documents), as JSON data. A
            document is taken as what its own ``id`` says: give only documents that you trust for that.

    Raises:
        TraceError: A document is not of the form, or two have one id.
    """

    def __init__(self, documents: Iterable[Mapping[str, Any]] = ()) -> None:
        self._methods: dict[str, Method] = {}
        self._assertions: dict[str, frozenset[str]] = {}
        for document in documents:
            self._add(document)

    def method(self, id: object) -> Method:
        """Return a verification method.

        Raises:
            TraceError: No document is known for it, or it is not one.
        """
        if not isinstance(id, str) or not id:
            raise TraceError("credential-proof-malformed", "a proof names no verification method.")
        if id in self._methods:
            return self._methods[id]
        if id.startswith("did:key:"):
            return _did_key(id)
        raise TraceError(
            "issuer-unknown",
            f"no document is known for {id[:80]!r}; nothing is fetched, so give the issuer's.",
        )

    def speaks_for(self, method: Method, issuer: str, purpose: str) -> bool:
        """Whether a method may be used in the name of an issuer for a purpose."""
        if issuer in self._assertions:
            return method.id in self._assertions[issuer] and purpose == "assertionMethod"
        return method.controller == issuer and issuer.startswith("did:key:") and purpose in method.purposes

    def _add(self, document: Mapping[str, Any]) -> None:
        name = document.get("id")
        if not isinstance(name, str) or not name:
            raise TraceError("issuer-unknown", "the document of an issuer has no id.")
        if name in self._assertions:
            raise TraceError("issuer-unknown", f"two documents are given for {name!r}.")
        listed: dict[str, Mapping[str, Any]] = {}
        uses: dict[str, set[str]] = {}
        for raw in _list(document.get("verificationMethod")):
            listed[_id(name, raw)] = raw
        for purpose in PURPOSES:
            for raw in _list(document.get(purpose)):
                id = _absolute(name, raw) if isinstance(raw, str) else _id(name, raw)
                if isinstance(raw, Mapping):
                    listed[id] = raw
                uses.setdefault(id, set()).add(purpose)
        for id, raw in listed.items():
            if id in self._methods:
                raise TraceError("issuer-unknown", f"two documents hold the method {id!r}.")
            self._methods[id] = _method(id, name, raw, frozenset(uses.get(id, ())))
        self._assertions[name] = frozenset(i for i, p in uses.items() if "assertionMethod" in p)


@lru_cache(maxsize=4096)
def _did_key(id: str) -> Method:
    """Read a method that is its own key; records of one issuer come by the thousand."""
    did, _, fragment = id.partition("#")
    if fragment != did.removeprefix("did:key:"):
        raise TraceError("issuer-unknown", f"{id[:60]!r} is not the method of its own did:key.")
    return Method(id, PublicKey.from_multibase(fragment), did, frozenset(PURPOSES))


def _method(id: str, name: str, raw: Mapping[str, Any], purposes: frozenset[str]) -> Method:
    if raw.get("type") != "Multikey":
        raise TraceError(
            "issuer-unknown", f"{id!r}: a method of type {raw.get('type')!r}; only Multikey is taken."
        )
    key = PublicKey.from_multibase(raw.get("publicKeyMultibase"))
    # A document speaks for its own id alone: it must not hand its key to others, or another key to a did:key.
    if raw.get("controller", name) != name or not (id.startswith(f"{name}#") or id == key.method):
        raise TraceError(
            "issuer-unknown", f"{id!r} is not a method of {name!r}, in whose document it stands."
        )
    times = {}
    for word in ("expires", "revoked"):
        times[word] = moment(raw.get(word))
        if word in raw and times[word] is None:
            raise TraceError("issuer-unknown", f"{id!r}: {word} is no time stamp.")
    return Method(id, key, name, purposes, **times)


def _id(name: str, raw: object) -> str:
    if not isinstance(raw, Mapping) or not isinstance(raw.get("id"), str):
        raise TraceError("issuer-unknown", f"{name!r}: a verification method is not an object with an id.")
    return _absolute(name, raw["id"])


def _absolute(name: str, id: str) -> str:
    return f"{name}{id}" if id.startswith("#") else id


def _list(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]
