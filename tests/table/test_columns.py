"""Which columns are shown in so much room."""

from __future__ import annotations

from containerscope.rows import Heading
from containerscope.ui.table_columns import arrange


def heading(field: str, priority: int, width: int = 40) -> Heading:
    return Heading(field, field.upper(), False, priority, width)


HEADINGS = (heading("cluster", 1), heading("service", 1), heading("message", 0, 160))
NATURAL = (8, 17, 180)


def widths(available: int) -> dict[str, int]:
    layout = arrange(HEADINGS, NATURAL, available)
    assert layout.width <= available
    return {HEADINGS[place.index].field: place.width for place in layout.places}


def test_a_sentence_is_cut_before_another_column_gives_way() -> None:
    assert widths(120) == {"cluster": 8, "service": 17, "message": 88}
    assert widths(80).keys() == {"cluster", "service", "message"}


def test_a_sentence_takes_all_the_room_that_there_is() -> None:
    assert widths(250)["message"] == 180


def test_what_is_wrong_stays_beside_a_long_name_that_is_not_the_first_column() -> None:
    pods = (
        heading("namespace", 2, 24), heading("name", 0, 52), heading("health", 1, 34),
        heading("ready", 2), heading("status", 3, 26), heading("age", 2),
    )  # fmt: skip
    layout = arrange(pods, (13, 44, 34, 5, 20, 4), 80)
    shown = {pods[place.index].field: place.width for place in layout.places}
    assert shown.keys() == {"namespace", "name", "health", "ready", "age"}
    assert shown["health"] >= 24
    assert layout.width <= 80
