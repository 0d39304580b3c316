"""From a listing to what a table shows: order, filter, columns; rows are formatted on demand."""

from __future__ import annotations

from containerscope.rows.build import Rows, View, build, matching
from containerscope.rows.cells import Cell, Heading
from containerscope.rows.filter import filter_fields
from containerscope.rows.fold import holder, tops
from containerscope.rows.needs import Needs, needs_of, shown_fields

__all__ = [
    "Cell",
    "Heading",
    "Needs",
    "Rows",
    "View",
    "build",
    "filter_fields",
    "holder",
    "matching",
    "needs_of",
    "shown_fields",
    "tops",
]
