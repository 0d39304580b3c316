"""EKS clusters as a person goes through them by keys."""

from __future__ import annotations

from containerscope.demo.server import RunningServer
from tests.ui.conftest import Start
from tests.waiting import wait_for_text, wait_until_gone

TABS = (
    ("2", ("Managed node groups", "1.32 ↓1", "1.32.9-20261103", "Fargate profiles")),
    ("3", ("Who is let in", "ClusterAdmin", "Edit (batch, reports)")),
    (
        "4",
        ("platform-search-reader", "pod identity, over IRSA", "Where a service account has both"),
    ),
    ("5", ("v1.20.5-eksbuild.1", "pods are not ready")),
    ("6", ("1 of 5 checks stands in the way of an upgrade", "Add-ons to update")),
    ("7", ("VersionUpdate of node group gpu", "pods cannot be evicted")),
    ("0", ('"endpoint": "https:',)),
)


async def test_each_tab_of_a_cluster_fills_in_and_one_goes_down_to_nodes_and_back(
    start: Start,
) -> None:
    async with start(140, 50) as pilot:
        await wait_for_text(pilot, "1 failing · 2 degraded", "complete")
        await pilot.press("j", "j", "1", "tab")
        await wait_for_text(pilot, "Upgrade policy")
        for key, shown in TABS:
            await pilot.press(key)
            await wait_for_text(pilot, *shown)
        await pilot.press("escape", "enter")
        await wait_for_text(pilot, "platform › nodes (", "live")
        await pilot.press("colon", *"ng", "enter")
        await wait_for_text(pilot, "nodegroups (4)", "1.32 ↓1")
        await pilot.press("2")
        await wait_for_text(pilot, "no Spot capacity", "Allow more instance types")
        await pilot.press("escape", "enter")
        await wait_for_text(pilot, "platform › spot-b › nodes (5)", "live")
        await pilot.press("escape", "colon", *"ae", "enter")
        await wait_for_text(pilot, "platform › access-entries (7)", "ClusterAdmin")
        # The second tab of a node group is no tab of an entry, and its raw text was not asked for.
        await pilot.press("d")
        await wait_for_text(pilot, "Access policies")


async def test_flags_that_name_an_eks_cluster_open_it(start: Start, account: RunningServer) -> None:
    async with start(160, 40, cluster="platform") as pilot:
        await wait_for_text(pilot, "platform › nodes (", "general-a", "live")
        assert account.calls["ecs:ListServices"] == 1
        await pilot.press("escape")
        await wait_for_text(pilot, "clusters (5)")


async def test_flags_with_a_namespace_open_the_pods_of_it(
    start: Start, account: RunningServer
) -> None:
    async with start(160, 40, cluster="platform", namespace="shop") as pilot:
        await wait_for_text(pilot, "platform › shop › pods", "storefront", "live")
        assert account.calls["ecs:ListServices"] == 0


async def test_a_cluster_that_is_nowhere_is_said_to_be_nowhere(start: Start) -> None:
    async with start(120, 30, cluster="nowhere") as pilot:
        await wait_for_text(pilot, "ECS has no cluster of this name", ":clusters")


async def test_a_cluster_of_ecs_costs_no_call_more(start: Start, account: RunningServer) -> None:
    async with start(120, 30, cluster="checkout") as pilot:
        await wait_for_text(pilot, "services (14)", "complete")
        await wait_until_gone(pilot, "Loading")
        assert account.calls["eks:DescribeCluster"] == 0
