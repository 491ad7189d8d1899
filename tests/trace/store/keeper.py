"""Adds events to a ledger until it is killed, and says which ones it was told are kept."""

import sys

from oreflow.trace.store import Ledger
from tests.trace.ledgers import event_batch

place, first = sys.argv[1], int(sys.argv[2])
ledger = Ledger.open(place)
n = first
while True:
    batch = event_batch(n)
    ledger.add(batch)
    print(n, flush=True)
    n += 1
