"""A second opinion on what a sentence claims: a linear model over its words, trained on labelled sentences.

The table of rules knows the words it lists; this model has seen a few thousand sentences with their types and weighs
all of their words. It says how likely each type of claim is in a sentence and which word speaks for it most, and so
adds claims whose verb no rule has, and drops those that only look alike. Its weights are a table
(``lexicon/learned.csv``) that `oreflow.news.learned.train` writes again from what is labelled in ``examples``.
"""

from oreflow.news.learned.features import Feature, features
from oreflow.news.learned.model import Model, Opinion, model
from oreflow.news.learned.review import reviewed

__all__ = ["Feature", "Model", "Opinion", "features", "model", "reviewed"]
