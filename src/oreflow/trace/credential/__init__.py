"""Records that carry their signature: W3C verifiable credentials with proofs of ``eddsa-jcs-2022``.

```python
from oreflow.trace import credential, keys

key = keys.SigningKey.generate()
record = credential.issue({"@context": [credential.CONTEXT], "type": ["VerifiableCredential"],
                           "issuer": key.public.did, "credentialSubject": {"mass": 1}}, key)
assert credential.verify(record).ok
```

Nothing is fetched: ``did:key`` speaks for itself, every other issuer's document is given to a `Resolver`.
"""

from oreflow.trace.credential.integrity import SUITE
from oreflow.trace.credential.model import CONTEXT
from oreflow.trace.credential.resolve import Method, Resolver
from oreflow.trace.credential.verify import Proved, Verification, issue, verify
from oreflow.trace.rules import Failure

__all__ = ["CONTEXT", "SUITE", "Failure", "Method", "Proved", "Resolver", "Verification", "issue", "verify"]
