"""HiGHS as it comes on finished arrays, with nothing of oreflow loaded."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import highspy
import numpy as np

FIELDS = ("cost", "lower", "upper", "row_lower", "row_upper", "start", "index", "value")


def passed(arrays: Mapping[str, Any]) -> highspy.Highs:
    """Return a HiGHS that has been handed a programme and has its default options.

    Args:
        arrays: `FIELDS`: costs, bounds and right-hand sides, and the matrix in compressed columns.
    """
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(arrays["cost"]), len(arrays["row_lower"])
    model.col_cost_ = arrays["cost"]
    model.col_lower_, model.col_upper_ = arrays["lower"], arrays["upper"]
    model.row_lower_, model.row_upper_ = arrays["row_lower"], arrays["row_upper"]
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = arrays["start"]
    model.a_matrix_.index_ = arrays["index"]
    model.a_matrix_.value_ = arrays["value"]
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.passModel(model)
    return highs


def main(folder: Path) -> None:
    """Solve the programme whose arrays lie in a folder, one file each, and print its objective."""
    highs = passed({name: np.load(folder / f"{name}.npy") for name in FIELDS})
    highs.run()
    print(f"{highs.getInfo().objective_function_value:.17g}")


if __name__ == "__main__" and len(sys.argv) > 1:  # without a folder it shows what the packages alone take
    main(Path(sys.argv[1]))
