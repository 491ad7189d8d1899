"""What a language model reads in an article beside the rules, every field held to the words it rests on.

Optional and off unless asked for: the extra ``llm`` brings pydantic-ai, which is imported only when a
model is asked. The rules remain the answer; a model's view is shown beside it.
"""

from oreflow.news.proposals.compare import Difference, FieldDifference
from oreflow.news.proposals.held import Rejected
from oreflow.news.proposals.propose import Proposals, propose
from oreflow.news.proposals.schema import Proposal

__all__ = ["Difference", "FieldDifference", "Proposal", "Proposals", "Rejected", "propose"]
