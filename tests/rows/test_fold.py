"""Trees that are folded, as values."""

from __future__ import annotations

import msgspec
import pytest

from containerscope.model.listing import Item
from containerscope.resource import Tree
from containerscope.rows.fold import folded, holder, tops


class Leaf(msgspec.Struct, frozen=True):
    depth: int = 0
    below: int = 0


TREE: Tree[Leaf] = Tree(
    depth=lambda leaf: leaf.depth,
    folded=lambda leaf, below: msgspec.structs.replace(leaf, below=below),
)
ITEMS = tuple(
    Item(name, name, Leaf(depth))
    for name, depth in (("web", 0), ("rs", 1), ("a", 2), ("b", 2), ("old", 1), ("job", 0))
)


@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        ((), "web rs a b old job"),
        (("web",), "web+4 job"),
        (("rs",), "web rs+2 old job"),
        (("web", "rs"), "web+4 job"),
        (("rs", "job", "b", "gone"), "web rs+2 old job"),
        (("web", "job"), "web+4 job"),
    ],
)
def test_what_is_below_a_folded_row_is_counted_in_its_place(
    keys: tuple[str, ...], shown: str
) -> None:
    rows = folded(ITEMS, keys, TREE)
    words = []
    for row in rows:
        assert isinstance(row.value, Leaf)
        words.append(row.name + (f"+{row.value.below}" if row.value.below else ""))
    assert " ".join(words) == shown


@pytest.mark.parametrize(
    ("key", "held"),
    [("web", "web"), ("rs", "rs"), ("a", "rs"), ("b", "rs"), ("old", "web"), ("job", "job"),
     ("gone", "gone")],
)  # fmt: skip
def test_a_row_with_nothing_below_folds_the_one_above_it(key: str, held: str) -> None:
    assert holder(ITEMS, key, TREE) == held


def test_the_outermost_rows_are_those_below_none() -> None:
    assert tops(ITEMS, TREE) == {"web", "job"}
    assert tops(ITEMS[1:5], TREE) == {"rs", "old"}
    assert tops((), TREE) == frozenset()
