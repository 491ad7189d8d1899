"""How the pages under docs/ become a site: `make docs` writes it to out/docs. Nothing in it comes from elsewhere."""

import re

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

from oreflow import __version__

project = "oreflow"
author = "The oreflow authors"
html_show_copyright = False
version = release = __version__
extensions = ["myst_parser"]
myst_heading_anchors = 4
exclude_patterns = ["conf.py", "generate.py"]
html_theme = "furo"
html_title = f"oreflow {__version__}"
html_copy_source = False
html_show_sourcelink = False
nitpicky = True


def contents(app: Sphinx, name: str, source: list[str]) -> None:
    """Put the rows of the front page's table, which every reader of the files has, into the contents of the site."""
    if name != "index":
        return
    for row in source[0].splitlines():
        pages = re.findall(r"\[[^]]+\]\(([^):]+)\.md\)", row)
        if row.startswith("|") and pages:
            heading = row.split("|")[1].strip().capitalize()
            listed = "\n".join(pages)
            source[0] += f"\n```{{toctree}}\n:hidden:\n:caption: {heading}\n\n{listed}\n```\n"


def setup(app: Sphinx) -> None:
    """Register what the pages need beyond Sphinx."""
    app.connect("source-read", contents)
    app.add_lexer("csv", TextLexer)
