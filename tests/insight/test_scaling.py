"""Why a service last scaled, or why it cannot."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from containerscope.insight.scaling import (
    Scene,
    resource_id,
    scaling_verdict,
    service_of,
    suspended_words,
)
from containerscope.insight.scaling_activity import cause_of, steps
from containerscope.model.health import Level
from containerscope.model.scaling import ScalingActivity, ScheduledAction, SuspendedState
from tests.insight.scaling_scene import (
    HIGH,
    LOW,
    NOW,
    alarm,
    at,
    change,
    low_alarm,
    policy,
    refused,
    target,
)


def scene(*activities: ScalingActivity, **more: Any) -> Scene:
    known: dict[str, Any] = {
        "target": target(),
        "policies": (policy(),),
        "activities": activities,
        "alarms": {HIGH: alarm(state="OK", value=41.0), LOW: low_alarm()},
        "now": NOW,
    }
    return Scene(**{**known, **more})


IN_ALARM = {HIGH: alarm(), LOW: low_alarm()}
AT_MAXIMUM = (
    refused("14:05", MaxCapacity=20),
    refused("14:02", MaxCapacity=20),
    change("13:41", 20),
    change("13:36", 16),
)


def test_at_maximum_says_since_when_why_and_how_many_it_would_take() -> None:
    verdict = scaling_verdict(scene(*AT_MAXIMUM, alarms=IN_ALARM, desired=20))
    assert verdict.level is Level.WARNING
    assert verdict.words == "at maximum 20"
    assert verdict.cause == (
        "at maximum 20 since 13:41; CPU 83 % > 60 %; it would need about 28 tasks."
    )
    assert verdict.fix.startswith("Raise the maximum")


def test_the_newest_value_of_the_metric_stands_before_that_of_the_alarm() -> None:
    known = scene(*AT_MAXIMUM, alarms=IN_ALARM, desired=20, values={"cpu60": 91.0})
    assert "CPU 91 % > 60 %; it would need about 31 tasks" in scaling_verdict(known).cause


def test_without_alarms_the_refusal_alone_says_that_it_is_at_maximum() -> None:
    verdict = scaling_verdict(scene(*AT_MAXIMUM, alarms={}))
    assert verdict.cause == "at maximum 20 since 13:41."


def test_a_maximum_that_nothing_presses_against_is_no_trouble() -> None:
    verdict = scaling_verdict(scene(*AT_MAXIMUM, desired=20))
    assert verdict.level is Level.FINE
    assert "Scaled 16→20 at 13:41" in verdict.cause


def test_a_raised_maximum_is_one_no_more() -> None:
    verdict = scaling_verdict(
        scene(*AT_MAXIMUM, target=target(max_capacity=40), alarms=IN_ALARM, desired=20)
    )
    assert verdict.level is Level.FINE


def test_a_fixed_count_under_load_says_that_its_bounds_are_the_same() -> None:
    fixed = target(min_capacity=4, max_capacity=4)
    verdict = scaling_verdict(scene(target=fixed, alarms=IN_ALARM, desired=4))
    assert verdict.cause.startswith("at maximum 4; CPU 83 % > 60 %")
    assert "minimum and maximum are the same" in verdict.cause


def test_the_last_change_names_the_numbers_while_the_alarm_still_holds_them() -> None:
    verdict = scaling_verdict(
        scene(change("13:41", 5), change("13:00", 3), alarms=IN_ALARM, desired=5)
    )
    assert verdict.cause == "Scaled 3→5 at 13:41 because of CPU 83 % > 60 % (policy cpu60)."
    assert verdict.level is Level.FINE


def test_an_alarm_that_moved_on_is_named_without_numbers() -> None:
    verdict = scaling_verdict(scene(change("13:41", 5), change("13:00", 3), desired=5))
    assert verdict.cause == "Scaled 3→5 at 13:41 because of CPU (policy cpu60)."


def test_an_alarm_that_may_not_be_read_is_named_as_the_activity_names_it() -> None:
    verdict = scaling_verdict(scene(change("13:41", 5), alarms={}, desired=5))
    assert verdict.cause == "Scaled ?→5 at 13:41 because of the high alarm of policy cpu60."


def test_a_count_that_no_activity_set_was_set_by_somebody() -> None:
    verdict = scaling_verdict(scene(change("13:41", 5), desired=7))
    assert verdict.cause.endswith("Since then it was set to 7 by hand, a deployment or a pipeline.")


def test_moments_are_told_in_the_zone_of_the_reader_and_old_ones_with_their_date() -> None:
    known = scene(change("13:41", 5), desired=5, zone=ZoneInfo("Europe/Berlin"))
    assert "at 14:41" in scaling_verdict(known).cause
    old = scene(change("13:41", 5), desired=5, now=NOW + timedelta(days=2))
    assert "at 24 Nov 13:41" in scaling_verdict(old).cause


def test_a_change_under_way_is_progress() -> None:
    begun = msgspec.structs.replace(change("14:09", 6), status_code="InProgress", end_time=None)
    verdict = scaling_verdict(scene(begun, change("13:41", 5), desired=6))
    assert (verdict.level, verdict.words) == (Level.PROGRESS, "scaling 5→6")


@pytest.mark.parametrize(
    ("status", "level", "words"),
    [
        ("Failed", Level.FAILED, "At 14:00 it could not scale to 6"),
        ("Unfulfilled", Level.WARNING, "At 14:00 it did not get there in time: scaling to 6"),
    ],
)
def test_a_change_that_was_not_carried_out_is_trouble(
    status: str, level: Level, words: str
) -> None:
    failed = msgspec.structs.replace(
        change("14:00", 6), status_code=status, status_message="Failed to set desired count: no."
    )
    verdict = scaling_verdict(scene(failed, change("13:41", 5)))
    assert verdict.level is level
    assert verdict.cause.startswith(words)
    assert verdict.said == "Failed to set desired count: no."


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("TargetServicePutResourceAsUnscalable", "a deployment may be under way"),
        ("AutoScalingAnticipatedFlapping", "scale back at once"),
        ("SomethingNew", "SomethingNew"),
    ],
)
def test_another_reason_not_to_scale_is_told(code: str, words: str) -> None:
    verdict = scaling_verdict(scene(refused("14:05", code), change("13:41", 5), desired=5))
    assert words in verdict.cause
    assert verdict.level is Level.NONE


def test_being_at_the_minimum_already_hides_no_history() -> None:
    verdict = scaling_verdict(
        scene(refused("14:05", "AlreadyAtMinCapacity", MinCapacity=4), change("13:41", 4))
    )
    assert "Scaled ?→4 at 13:41" in verdict.cause


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (SuspendedState(), ""),
        (SuspendedState(True, False, False), "scaling in"),
        (SuspendedState(True, True, None), "scaling out, scaling in"),
        (SuspendedState(True, True, True), "everything"),
        (None, ""),
    ],
)
def test_what_is_suspended_is_named(state: SuspendedState | None, words: str) -> None:
    assert suspended_words(state) == words
    verdict = scaling_verdict(scene(target=target(suspended_state=state)))
    assert (verdict.level is Level.WARNING) == bool(words)


def test_a_service_at_rest_says_what_kind_of_rest_it_is() -> None:
    assert scaling_verdict(scene()).cause == "It has not scaled in the last six weeks."
    fixed = scaling_verdict(scene(target=target(min_capacity=4, max_capacity=4)))
    assert fixed.cause == "Minimum and maximum are both 4: it never scales."
    assert scaling_verdict(scene(policies=(), schedules=())).words == "no policy"
    night = (ScheduledAction(scheduled_action_name="night"),)
    assert scaling_verdict(scene(policies=(), schedules=night)).words == "by schedule"


def test_what_could_not_be_read_is_not_held_against_the_service() -> None:
    verdict = scaling_verdict(scene(policies=None, schedules=None, activities=None, alarms={}))
    assert (verdict.level, verdict.cause) == (Level.NONE, "")


def test_history_carries_the_count_from_one_activity_to_the_next() -> None:
    history = steps(
        (
            refused("14:05", MaxCapacity=20),
            change("13:41", 20),
            msgspec.structs.replace(change("13:40", 18), status_code="Overridden"),
            change("13:36", 16),
            change("13:00", 8, "minimum capacity was set to 8"),
        )
    )
    assert [step.change for step in history] == ["20→20", "16→20", "16→18", "8→16", "?→8"]
    assert [step.result for step in history] == [
        "not scaled: already at maximum 20",
        "done in 74 s",
        "a newer change took its place",
        "done in 74 s",
        "done in 74 s",
    ]


def test_a_refusal_tells_the_count_for_the_activity_after_it() -> None:
    low = refused("13:00", "AlreadyAtMinCapacity", MinCapacity=4)
    assert [step.change for step in steps((change("13:36", 5), low))] == ["4→5", "4→4"]


CUT = "maximum capacity was set to 4"
SAVER = "scheduled action name cost-saver was triggered"


def fought(*more: ScalingActivity) -> tuple[ScalingActivity, ...]:
    """A schedule cuts to 4, and the policy goes back to 9."""
    night = change("13:58", 0, SAVER, Description="Setting min capacity to 2 and max capacity to 4")
    return (
        change("14:07", 9), change("14:04", 4, CUT), change("14:04", 9, SAVER, Description="-"),
        change("14:01", 9), change("13:58", 4, CUT), night, change("13:50", 9), *more,
    )  # fmt: skip


def test_a_schedule_that_a_policy_undoes_again_and_again_is_named() -> None:
    verdict = scaling_verdict(scene(*fought()))
    assert verdict.words == "schedule fights scaling"
    assert verdict.cause == (
        "Schedule cost-saver cuts the maximum below what policy cpu60 needs: "
        "the policy undid it 2 times in the last 2 hours."
    )


def test_one_cut_of_a_schedule_is_no_fight_nor_are_those_of_yesterday() -> None:
    assert scaling_verdict(scene(*fought()[4:])).words != "schedule fights scaling"
    late = scene(*fought(), now=NOW + timedelta(hours=3))
    assert scaling_verdict(late).words != "schedule fights scaling"


def test_an_alarm_of_target_tracking_is_called_by_what_its_name_says() -> None:
    name = "TargetTracking-service/checkout/inventory-AlarmHigh-c28e7ebc-a4c0-4c1d"
    told = f"monitor alarm {name} in state ALARM triggered policy cpu48"
    cause = cause_of(ScalingActivity(cause=told))
    assert (cause.words, cause.alarm) == ("the high alarm of policy cpu48", name)


def test_history_is_sorted_whatever_order_it_came_in() -> None:
    newest, oldest = change("13:41", 20), change("13:36", 16)
    assert steps((oldest, newest)) == steps((newest, oldest))
    assert [step.change for step in steps((oldest, newest))] == ["16→20", "?→16"]


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        ("monitor alarm a in state ALARM triggered policy cpu60", "alarm a, policy cpu60"),
        (
            "monitor alarm a in state b in state ALARM triggered policy p q",
            "alarm a in state b, policy p q",
        ),
        ("scheduled action name night was triggered", "schedule night"),
        ("minimum capacity was set to 5", "the new minimum 5"),
        ("maximum capacity was set to 5", "the new maximum 5"),
        ("something else", "something else"),
        (None, ""),
    ],
)  # fmt: skip
def test_a_cause_is_read_in_each_of_its_forms(cause: str | None, words: str) -> None:
    assert cause_of(ScalingActivity(cause=cause)).words == words


def test_a_scheduled_action_shows_the_bounds_it_set() -> None:
    night = change(
        "13:00", 0, "scheduled action name night was triggered",
        Description="Setting min capacity to 2 and max capacity to 10",
    )  # fmt: skip
    (step,) = steps((night,))
    assert (step.change, step.cause.schedule) == ("min 2, max 10", "night")


def test_a_service_and_its_resource_id_lead_to_each_other() -> None:
    assert resource_id("checkout", "cart") == "service/checkout/cart"
    assert service_of("service/checkout/cart") == ("checkout", "cart")
    assert service_of("table/orders") == ("", "")
    assert service_of(None) == ("", "")


@given(st.text(max_size=60), st.text(max_size=60), st.sampled_from(["Successful", "Failed", "?"]))
def test_any_text_in_an_activity_is_told_as_it_is(cause: str, said: str, status: str) -> None:
    odd = ScalingActivity(
        cause=cause,
        description=said,
        status_message=said,
        status_code=status,
        start_time=at("14:00"),
    )
    scaling_verdict(scene(odd, odd))
    assert len(steps((odd, odd))) == 2
