from hypothesis import given
from hypothesis import strategies as st

from containerscope.ui.table_place import Selection

KEYS = st.lists(st.integers(0, 30).map(str), unique=True, max_size=20)


@given(KEYS, st.data(), st.lists(KEYS, max_size=6))
def test_cursor_and_marks_stay_on_their_resources(
    first: list[str], data: st.DataObject, later: list[list[str]]
) -> None:
    chosen = Selection()
    chosen.replace(first)
    if first:
        for place in data.draw(st.lists(st.integers(0, len(first) - 1), max_size=5)):
            chosen.move_to(place)
            chosen.toggle()
    for keys in later:
        cursor, marks, index = chosen.cursor, chosen.marks, chosen.index
        lost = chosen.replace(keys)
        assert chosen.marks == marks & set(keys)
        if cursor in keys:
            assert chosen.cursor == cursor
            assert lost is None
        elif cursor is not None and keys:
            assert chosen.cursor == keys[min(index, len(keys) - 1)]
            assert lost == cursor
        elif not keys:
            assert chosen.cursor is None


def test_an_unmoved_cursor_rests_on_the_first_row_while_rows_arrive() -> None:
    chosen = Selection()
    chosen.replace(["b"], arriving=True)
    chosen.replace(["a", "b"], arriving=True)
    assert chosen.cursor == "a"
    chosen.replace(["0", "a", "b"])
    assert chosen.cursor == "a"


def test_a_moved_cursor_stays_while_rows_arrive() -> None:
    chosen = Selection()
    chosen.replace(["b", "c"], arriving=True)
    chosen.move_to(1)
    chosen.replace(["a", "b", "c"], arriving=True)
    assert chosen.cursor == "c"


def test_the_wanted_key_is_taken_once_it_is_there() -> None:
    chosen = Selection("c")
    chosen.replace(["a"], arriving=True)
    assert chosen.cursor == "a"
    chosen.replace(["a", "c"], arriving=True)
    assert chosen.cursor == "c"


def test_a_range_is_marked_from_the_last_mark() -> None:
    chosen = Selection()
    chosen.replace(list("abcde"))
    chosen.move_to(3)
    chosen.toggle()
    chosen.move_to(1)
    chosen.extend()
    assert chosen.marks == set("bcd")
    chosen.clear()
    chosen.extend()
    assert chosen.marks == {"b"}
