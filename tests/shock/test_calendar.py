import pytest
from hypothesis import given
from hypothesis import strategies as st

from oreflow.errors import OreflowError, ScenarioError
from oreflow.shock.calendar import label, month_of, months_from, say


def test_months_count_from_the_first_month() -> None:
    assert months_from("2025-01", "2025-01-01") == 0
    assert months_from("2025-01", "2025-08-09") == pytest.approx(7 + 8 / 31)
    assert months_from("2025-01", "2024-12") == -1
    assert months_from("2025-01-17", "2025-02") == 1
    assert month_of("2025") == 2025 * 12
    assert month_of("2024-02-29") < month_of("2024-03-01")


def test_labels_and_words() -> None:
    assert [label("2025-11", i) for i in (0, 1, 2)] == ["2025-11", "2025-12", "2026-01"]
    assert [say(d) for d in ("2025-08-09", "2025-08", "2025")] == ["9 August 2025", "August 2025", "2025"]


@pytest.mark.parametrize("text", ["", "2025-13", "2025-02-30", "soon", "2025-1-1-1", "2025-", "٢٠٢٥"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ScenarioError, match="not a date"):
        month_of(text, where="event 'x', start")


@given(st.text(max_size=12))
def test_any_text_is_a_date_or_an_error_of_ours(text: str) -> None:
    try:
        month_of(text)
    except OreflowError as e:
        assert "Write it as" in str(e)
