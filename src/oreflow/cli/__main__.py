"""``python -m oreflow.cli``."""

from oreflow.cli import main

if __name__ == "__main__":
    main()
