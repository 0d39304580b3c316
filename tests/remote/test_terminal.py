"""What is typed into something remote, and how one gets out of it."""

from __future__ import annotations

import pytest

from containerscope.remote.terminal import Leave


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ([b"ls ~.\r"], b"ls ~.\r"),
        ([b"a\r", b"~", b"."], None),
        ([b"~."], None),
        ([b"~~.\r"], b"~.\r"),
        ([b"~/bin\r"], b"~/bin\r"),
    ],
)
def test_a_tilde_and_a_dot_leave_at_the_start_of_a_line(
    typed: list[bytes], sent: bytes | None
) -> None:
    leave = Leave()
    found = [leave.take(each) for each in typed]
    assert (None if None in found else b"".join(each or b"" for each in found)) == sent
