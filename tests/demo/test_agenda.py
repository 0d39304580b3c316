"""The queue from which the world moves."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from containerscope.demo.agenda import Agenda


def test_things_happen_at_their_own_time_in_order() -> None:
    agenda = Agenda(100.0)
    seen: list[tuple[str, float]] = []
    agenda.at(130, lambda: seen.append(("late", agenda.now)))
    agenda.after(5, lambda: seen.append(("first", agenda.now)))
    agenda.at(105, lambda: seen.append(("second", agenda.now)))
    agenda.run(120)
    assert seen == [("first", 105), ("second", 105)]
    assert agenda.now == 120
    agenda.run(200)
    assert seen[-1] == ("late", 130)


def test_what_is_put_in_for_the_past_happens_at_once() -> None:
    agenda = Agenda(100.0)
    seen: list[float] = []
    agenda.at(50, lambda: seen.append(agenda.now))
    agenda.run(100)
    assert seen == [100]


def test_a_cancelled_entry_does_not_happen_and_a_repeated_one_ends() -> None:
    agenda = Agenda(0.0)
    seen: list[float] = []
    agenda.at(1, lambda: seen.append(-1.0)).cancel()
    ticking = agenda.every(10, lambda: seen.append(agenda.now))
    agenda.run(35)
    ticking.cancel()
    agenda.run(100)
    assert seen == [10, 20, 30]


@given(st.lists(st.floats(0, 50), max_size=8), st.floats(0.5, 9))
def test_the_history_does_not_depend_on_how_often_one_looks(
    looks: list[float], period: float
) -> None:
    def history(times: list[float]) -> list[tuple[str, float]]:
        agenda = Agenda(0.0)
        seen: list[tuple[str, float]] = []

        def tick() -> None:
            seen.append(("tick", agenda.now))
            agenda.after(period / 2, lambda: seen.append(("echo", agenda.now)))

        agenda.every(period, tick)
        for when in sorted(times):
            agenda.run(when)
        agenda.run(60)
        return seen

    assert history(looks) == history([])
