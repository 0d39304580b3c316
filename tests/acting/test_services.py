from __future__ import annotations

import stat

from containerscope.acting import Preview, look, preview, run
from containerscope.demo.ecs_breaker import fail
from containerscope.demo.ecs_release import release
from containerscope.demo.faults import Fault
from containerscope.insight.live_service import why_not_deployed
from containerscope.model.ecs_service import DeploymentController, Service
from containerscope.model.health import Level
from containerscope.plan import Confirm, Stage
from tests.acting.conftest import Scene


async def test_scaling_sends_the_count_alone_and_is_followed_to_the_end(scene: Scene) -> None:
    order = scene.order("services", "scale", "cart")
    before = scene.world.clusters["checkout"].services["cart"].desired
    (outcome,) = await scene.done(order, str(before + 2))
    assert outcome.result == "sent"
    assert scene.sent("UpdateService") == [
        {"cluster": "checkout", "service": "cart", "desiredCount": before + 2}
    ]
    stages = await scene.followed(order, outcome)
    assert stages[-1].done
    assert stages[-1].level is Level.FINE
    assert stages[-1].words == f"{before + 2}/{before + 2} running"
    assert "pending" in stages[1].words or "running" in stages[0].words


async def test_the_log_tells_what_was_begun_done_and_how_it_ended(scene: Scene) -> None:
    order = scene.order("services", "scale", "cart")
    (outcome,) = await scene.done(order, "9")
    await scene.followed(order, outcome)
    begun, done, ended = scene.written()
    assert [each.phase for each in (begun, done, ended)] == ["begun", "done", "ended"]
    assert begun.id == done.id == ended.id
    assert begun.target.endswith(":service/checkout/cart")
    assert (begun.verb, begun.account, begun.region) == ("scale", "123456789012", "eu-west-1")
    assert begun.identity.startswith("arn:aws:")
    assert begun.after == "desired 9"
    assert (begun.result, done.result, ended.result) == ("", "sent", "done")
    assert done.request_id
    assert stat.S_IMODE(scene.log.path.stat().st_mode) == 0o600


async def test_a_change_of_somebody_else_in_between_is_shown_and_not_overwritten(
    scene: Scene,
) -> None:
    order = scene.order("services", "scale", "cart")
    previewed = await scene.previewed(order, "9")
    scene.world.clusters["checkout"].services["cart"].desired = 13
    (outcome,) = await run(scene.clients, order, previewed, "9")
    assert outcome.result == "conflict"
    assert "and is 13 now" in outcome.words
    assert scene.sent("UpdateService") == []
    assert [each.result for each in scene.written()] == ["", "conflict"]


async def test_below_the_minimum_the_preview_says_that_scaling_raises_it_again(
    scene: Scene,
) -> None:
    (step,) = (await scene.previewed(scene.order("services", "scale", "cart"), "0")).steps
    words = " ".join(note.words for note in step.notes)
    assert "it will raise it to its minimum" in words
    assert "remain" in words
    assert step.confirm is Confirm.TYPED


async def test_without_the_permission_it_is_named(scene: Scene) -> None:
    scene.account.faults.append(Fault(kind="denied", operation="UpdateService"))
    (outcome,) = await scene.done(scene.order("services", "scale", "cart"), "9")
    assert outcome.result == "denied"
    assert outcome.words == "denied: you may not ecs:UpdateService"
    assert scene.written()[-1].result == "denied"


async def test_a_redeployed_service_is_followed_until_its_tasks_are_new(scene: Scene) -> None:
    service = scene.world.clusters["checkout"].services["cart"]
    before = set(service.tasks)
    order = scene.order("services", "restart", "cart")
    (outcome,) = await scene.done(order)
    assert scene.sent("UpdateService") == [
        {"cluster": "checkout", "service": "cart", "forceNewDeployment": True}
    ]
    stages = await scene.followed(order, outcome)
    assert stages[-1].words.startswith("deployed")
    assert not before & {each.id for each in service.tasks.values() if each.status == "RUNNING"}


async def test_a_deployment_under_way_is_rolled_back(scene: Scene) -> None:
    cluster = scene.world.clusters["checkout"]
    service = cluster.services["cart"]
    before = service.definition.arn
    release(scene.world, cluster, service)
    order = scene.order("services", "rollback", "cart")
    (outcome,) = await scene.done(order, "running")
    assert outcome.result == "sent"
    assert len(scene.sent("StopServiceDeployment")) == 1
    stages = await scene.followed(order, outcome)
    assert stages[-1].level is Level.FINE
    assert service.definition.arn == before


async def test_a_service_goes_back_to_a_revision_that_was_chosen(scene: Scene) -> None:
    cluster = scene.world.clusters["checkout"]
    service = cluster.services["cart"]
    before = service.definition.arn
    release(scene.world, cluster, service)
    scene.world.advance(scene.clients.clock.now())
    order = scene.order("services", "rollback", "cart")
    (seen,) = await look(scene.clients, order)
    options = order.action.options(seen.state)
    wanted = next(each for each in options if before.rsplit("/", 1)[-1] in each.label)
    (step,) = preview(order, [seen], wanted.value).steps
    changed = {change.label: (change.now, change.then) for change in step.changes}
    image = next(values for label, values in changed.items() if label.endswith("image"))
    assert image == (
        scene.world.families["cart"][-1].body["containerDefinitions"][0]["image"],
        scene.world.families["cart"][-2].body["containerDefinitions"][0]["image"],
    )
    (outcome,) = await scene.done(order, wanted.value)
    assert scene.sent("UpdateService")[0]["taskDefinition"] == before
    assert (await scene.followed(order, outcome))[-1].level is Level.FINE
    assert service.definition.arn == before


async def test_scaling_is_suspended_and_resumed_and_its_bounds_stay(scene: Scene) -> None:
    await scene.done(scene.order("services", "suspend-scaling", "cart"))
    sent = scene.sent("RegisterScalableTarget")[0]
    assert "MinCapacity" not in sent
    assert set(sent["SuspendedState"].values()) == {True}
    (step,) = (await scene.previewed(scene.order("services", "suspend-scaling", "cart"))).steps
    assert step.refused == "its scaling is suspended already"
    await scene.done(scene.order("services", "resume-scaling", "cart"))
    assert set(scene.sent("RegisterScalableTarget")[1]["SuspendedState"].values()) == {False}


async def test_scaling_can_be_undone(scene: Scene) -> None:
    order = scene.order("services", "scale", "cart")
    before = scene.world.clusters["checkout"].services["cart"].desired
    (outcome,) = await scene.done(order, "9")
    assert outcome.step.undo == str(before)
    await scene.done(order, outcome.step.undo)
    assert scene.world.clusters["checkout"].services["cart"].desired == before


async def test_what_cannot_be_written_down_is_not_sent(scene: Scene) -> None:
    scene.log.path.parent.write_text("a file where the folder should be")
    (outcome,) = await scene.done(scene.order("services", "scale", "cart"), "9")
    assert outcome.result == "failed"
    assert "action log" in outcome.words
    assert scene.sent("UpdateService") == []


async def test_the_difference_falls_back_to_the_images_where_definitions_are_denied(
    scene: Scene,
) -> None:
    cluster = scene.world.clusters["checkout"]
    release(scene.world, cluster, cluster.services["cart"])
    scene.account.faults.append(Fault(kind="denied", operation="DescribeTaskDefinition"))
    order = scene.order("services", "rollback", "cart")
    (seen,) = await look(scene.clients, order)
    wanted = next(each for each in order.action.options(seen.state) if each.value != "running")
    (step,) = preview(order, [seen], wanted.value).steps
    assert any(change.label.startswith("image of") for change in step.changes)


async def test_a_deployment_that_is_rolled_back_is_no_success(scene: Scene) -> None:
    cluster = scene.world.clusters["checkout"]
    service = cluster.services["cart"]
    before = service.definition.name
    order = scene.order("services", "restart", "cart")
    (outcome,) = await scene.done(order)
    fail(
        scene.world, cluster, service, service.primary, "circuit breaker", "it is broken", back=True
    )
    stages = await scene.followed(order, outcome)
    assert "circuit breaker: it is broken; rolling back to" in stages[0].words
    assert stages[-1].level is Level.FAILED
    assert stages[-1].words.endswith(f"; rolled back to {before}")
    assert scene.written()[-1].result == "failed"


async def test_another_deployment_in_the_place_of_ours_is_said(scene: Scene) -> None:
    cluster = scene.world.clusters["checkout"]
    order = scene.order("services", "restart", "cart")
    (outcome,) = await scene.done(order)
    release(scene.world, cluster, cluster.services["cart"])
    (last,) = await scene.followed(order, outcome)
    assert last == Stage("another deployment took its place", True, Level.WARNING)


async def test_a_count_that_is_none_or_the_same_sends_nothing(scene: Scene) -> None:
    order = scene.order("services", "scale", "cart")
    for answer, words in (("20", "desired is 20 already"), ("", "a number"), ("99999", "a number")):
        found = await scene.previewed(order, answer)
        assert found.ready == ()
        assert words in found.steps[0].refused


async def test_a_daemon_service_is_not_scaled(scene: Scene) -> None:
    order = scene.order("services", "scale", "log-shipper", cluster="edge")
    (step,) = (await scene.previewed(order, "3")).steps
    assert "on each instance" in step.refused


async def test_what_is_gone_is_said(scene: Scene) -> None:
    (step,) = (await scene.previewed(scene.order("services", "scale", "nope"), "3")).steps
    assert "not there any more" in step.refused


async def test_scaling_looks_twice_and_sends_once(scene: Scene) -> None:
    before = len(scene.account.requests)
    await scene.done(scene.order("services", "scale", "cart"), "9")
    made = [each.operation for each in scene.account.requests[before:]]
    assert sorted(made) == [
        "DescribeScalableTargets", "DescribeScalableTargets", "DescribeServices",
        "DescribeServices", "DescribeTargetHealth", "DescribeTaskDefinition", "GetCallerIdentity",
        "UpdateService",
    ]  # fmt: skip


def words_of(found: Preview) -> str:
    """All that a preview says beside the changes."""
    notes = [note for step in found.steps for note in step.notes]
    return "\n".join(note.words for note in (*notes, *found.notes))


async def test_the_preview_of_a_scaling_tells_what_it_takes_and_who_is_left(scene: Scene) -> None:
    order = scene.order("services", "scale", "cart")
    more = words_of(await scene.previewed(order, "24"))
    assert "takes 2 vCPU and 4 GiB more, 12 vCPU and 24 GiB in all" in more
    fewer = words_of(await scene.previewed(order, "8"))
    assert "12 tasks stop; 8 of 20 remain" in fewer
    assert "8 of 20 targets remain healthy; those that go drain first" in fewer
    assert "gives back 6 vCPU and 12 GiB, 4 vCPU and 8 GiB remain" in fewer


async def test_the_preview_says_whether_the_instances_have_room(scene: Scene) -> None:
    order = scene.order("services", "scale", "feature-store", cluster="data")
    service = scene.world.clusters["data"].services["feature-store"]
    few = words_of(await scene.previewed(order, str(service.desired + 1)))
    many = words_of(await scene.previewed(order, str(service.desired + 400)))
    assert "more on 9 instances, by CPU and memory" in few
    assert "of 400 more on 9 instances, by CPU and memory" in many
    scene.account.faults.append(Fault(kind="denied", operation="ListContainerInstances"))
    unknown = words_of(await scene.previewed(order, str(service.desired + 1)))
    assert "whether there is room is not known" in unknown


async def test_bounds_are_set_and_only_those_that_differ_are_sent(scene: Scene) -> None:
    order = scene.order("services", "set-bounds", "cart")
    (seen,) = await look(scene.clients, order)
    before = order.action.answer(seen.state)
    low, _, high = before.partition("-")
    (outcome,) = await scene.done(order, f"{low}-{int(high) + 5}")
    (sent,) = scene.sent("RegisterScalableTarget")
    assert sent["MaxCapacity"] == int(high) + 5
    assert "MinCapacity" not in sent
    assert outcome.step.undo == before
    raised = await scene.previewed(order, f"25-{high}")
    assert "scaling raises desired from 20 to its minimum 25 at once" in words_of(raised)
    for answer in ("", "5", "9-3", "1-", "-4", "1-99999"):
        (step,) = (await scene.previewed(order, answer)).steps
        assert "two numbers are wanted" in step.refused


async def test_a_service_that_another_controller_deploys_is_not_redeployed(scene: Scene) -> None:
    for kind, words in (("CODE_DEPLOY", "CodeDeploy deploys"), ("EXTERNAL", "another controller")):
        service = Service(deployment_controller=DeploymentController(type=kind))
        assert words in why_not_deployed(service)


async def test_a_redeployment_that_finds_no_room_for_its_first_task_is_warned_of(
    scene: Scene,
) -> None:
    order = scene.order("services", "restart", "feature-store", cluster="data")
    assert "more on 9 instances, by CPU and memory" in words_of(await scene.previewed(order))
    for instance in scene.world.clusters["data"].instances.values():
        instance.status = "DRAINING"
    full = words_of(await scene.previewed(order))
    assert "there is room for 0 of 1 more on 0 instances, by CPU and memory: data-asg has" in full
    before = len(scene.account.requests)
    await scene.previewed(scene.order("services", "restart", "cart"))
    assert sorted(each.operation for each in scene.account.requests[before:]) == [
        "DescribeServices", "DescribeTaskDefinition",
    ]  # fmt: skip
