"""A transparency log: append-only, provable offline, in static files that any C2SP client reads.

```python
from oreflow.trace import keys, log

made = log.create("LOG", origin="example.com/cobalt", key=keys.SigningKey.generate())
salt, entry = log.commit(b'{"a":1}')     # a salted hash; the record itself never enters the log
(index,) = made.append([entry])          # on the disk and under a checkpoint when it returns
proof = bytes(log.make_proof(made, index, salt=salt))
```

`oreflow.trace.log.service` serves a witness over HTTP, `collect` asks witnesses to cosign.
"""

from oreflow.trace.log.checkpoint import Checkpoint
from oreflow.trace.log.checkpoint import read as read_checkpoint
from oreflow.trace.log.checkpoint import verify as verify_checkpoint
from oreflow.trace.log.client import Collected, collect
from oreflow.trace.log.entry import Commitment, commit, entry_hash
from oreflow.trace.log.merkle import leaf_hash, verify_consistency, verify_inclusion
from oreflow.trace.log.note import Verifier, read_vkey
from oreflow.trace.log.policy import Policy, k_of_n
from oreflow.trace.log.policy import read as read_policy
from oreflow.trace.log.proof import Proof, Proven, verify_record
from oreflow.trace.log.proof import make as make_proof
from oreflow.trace.log.proof import read as read_proof
from oreflow.trace.log.proof import verify as verify_proof
from oreflow.trace.log.seen import Observation, Seen, compare, is_split_view
from oreflow.trace.log.store import Log, create, open
from oreflow.trace.log.witness import Witness

__all__ = [
    "Checkpoint",
    "Collected",
    "Commitment",
    "Log",
    "Observation",
    "Policy",
    "Proof",
    "Proven",
    "Seen",
    "Verifier",
    "Witness",
    "collect",
    "commit",
    "compare",
    "create",
    "entry_hash",
    "is_split_view",
    "k_of_n",
    "leaf_hash",
    "make_proof",
    "open",
    "read_checkpoint",
    "read_policy",
    "read_proof",
    "read_vkey",
    "verify_checkpoint",
    "verify_consistency",
    "verify_inclusion",
    "verify_proof",
    "verify_record",
]
