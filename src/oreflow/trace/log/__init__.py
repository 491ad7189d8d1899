"""A transparency log: append-only, provable offline, in static files that any C2SP client reads.

```python
from oreflow.trace import keys, log

made = log.create("LOG", origin="example.com/cobalt", key=keys.SigningKey.generate())
salt, entry = log.commit(b'{"a":1}')     # a salted hash; the record itself never enters the log
(index,) = made.append([entry])          # on the disk and under a checkpoint when it returns
proof = made.inclusion(index)
```
"""

from oreflow.trace.log.checkpoint import Checkpoint
from oreflow.trace.log.entry import Commitment, commit, entry_hash
from oreflow.trace.log.merkle import leaf_hash, verify_consistency, verify_inclusion
from oreflow.trace.log.note import Verifier, read_vkey
from oreflow.trace.log.store import Log, create, open

__all__ = [
    "Checkpoint",
    "Commitment",
    "Log",
    "Verifier",
    "commit",
    "create",
    "entry_hash",
    "leaf_hash",
    "open",
    "read_vkey",
    "verify_consistency",
    "verify_inclusion",
]
