"""Compile the bundled tables from public files: `build` makes them, `write` puts them in a folder.

Every module of this package with a function ``tables(src, common)`` contributes rows. One with a function
``complete(src, common, rows)`` sees the rows of all the others and adds what closes the balance: final demand,
trade of the base year, routes.
"""

from oreflow.atlas.build.runner import build, write

__all__ = ["build", "write"]
