"""From an EKS cluster into what runs in it, by keys."""

from __future__ import annotations

from containerscope.demo.server import RunningServer
from tests.kube.cluster import Cluster
from tests.ui.conftest import Start
from tests.waiting import wait_for_text, wait_until_gone


async def test_one_drills_from_a_cluster_to_the_logs_of_a_container(start: Start) -> None:
    async with start(160, 40, read_only=True) as pilot:
        await wait_for_text(pilot, "clusters", "platform")
        await pilot.press(":", *"pods cluster=platform namespace=shop", "enter")
        await wait_for_text(pilot, "platform › shop › pods", "CrashLoopBackOff", "live")
        await pilot.press("enter")
        await wait_for_text(pilot, "pod-containers (2)", "aws-otel-collector")
        await pilot.press("l")
        await wait_for_text(pilot, "› logs", "streamed")
        await pilot.press("escape", "escape")
        await wait_for_text(pilot, "platform › shop › pods")
        await pilot.press("p")
        text = await wait_for_text(pilot, "› logs", "lines")
        assert "streamed" not in text


async def test_rows_follow_the_cluster_without_a_key(start: Start, account: RunningServer) -> None:
    cluster = Cluster(account)
    cluster.kube.store.put(("", "namespaces"), {"metadata": {"name": "scratch"}})
    cluster.put("first", key="value")
    async with start(120, 30) as pilot:
        await wait_for_text(pilot, "clusters", "platform")
        await pilot.press(":", *"cm cluster=platform namespace=scratch", "enter")
        await wait_for_text(pilot, "configmaps (1)", "first", "live")
        cluster.put("second", key="value")
        await wait_for_text(pilot, "configmaps (2)", "second")
        cluster.drop("first")
        await wait_until_gone(pilot, "first")
        await pilot.press(":", *"secrets", "enter")
        await wait_for_text(pilot, "platform › scratch › secrets")


async def test_a_custom_resource_has_the_columns_that_its_definition_declares(
    start: Start, account: RunningServer
) -> None:
    store, kind = Cluster(account).kube.store, ("cert-manager.io", "certificates")
    async with start(140, 30) as pilot:
        await wait_for_text(pilot, "clusters", "platform")
        await pilot.press(":", *"crds cluster=platform certificates", "enter")
        await wait_for_text(pilot, "crds (1/", "Certificate")
        await pilot.press("enter")
        text = await wait_for_text(pilot, "certificates.cert-manager.io (4)", "READY", "SECRET")
        assert "ISSUER" not in text
        await pilot.press("W")
        await wait_for_text(pilot, "ISSUER", "letsencrypt-staging")
        await pilot.press("slash", *"ready:false", "enter")
        await wait_for_text(pilot, "certificates.cert-manager.io (1/4)", "checkout-example-com")
        (failed,) = (each.object() for each in store.all(kind, "shop") if "checkout" in each.name)
        failed["status"]["conditions"][0]["status"] = "True"
        store.put(kind, failed)
        await wait_for_text(pilot, "certificates.cert-manager.io (0/4)")
        await pilot.press("escape", *":certificates.cert-manager.io", "enter")
        await wait_for_text(pilot, "certificates.cert-manager.io (4)")


async def test_a_lost_server_leaves_the_rows_and_says_since_when(
    start: Start, account: RunningServer
) -> None:
    cluster = Cluster(account)
    async with start(140, 30) as pilot:
        await wait_for_text(pilot, "clusters", "platform")
        await pilot.press(":", *"deploy cluster=platform namespace=shop", "enter")
        await wait_for_text(pilot, "storefront", "live")
        cluster.spoil("dropped", resource="deployments")
        cluster.spoil("cut", resource="deployments", times=1)
        await wait_for_text(pilot, "storefront", "stale", "does not answer")
        cluster.faults.replace(())
        await wait_until_gone(pilot, "stale")
        await wait_for_text(pilot, "storefront", "live")


async def test_from_a_pod_to_its_owners_their_tree_and_what_uses_what(start: Start) -> None:
    async with start(160, 40) as pilot:
        await wait_for_text(pilot, "clusters", "platform")
        await pilot.press(":", *"pods cluster=platform namespace=shop mailer", "enter")
        await wait_for_text(pilot, "pods (1/", "mailer-")
        await pilot.press("J")
        await wait_for_text(pilot, "replicasets (1)", "deployment/mailer", "J owner")
        await pilot.press("J")
        await wait_for_text(pilot, "› deployments (1)", "mailer")
        await pilot.press("T")
        text = await wait_for_text(pilot, "mailer › tree (4)", "└─ mailer", "Container")
        assert "J owner" not in text
        # A container has nothing below it: what folds is its pod.
        await pilot.press("G", "h")
        await wait_for_text(pilot, "tree (3)", "(+1)")
        await pilot.press("h", "H")
        await wait_for_text(pilot, "tree (1)", "mailer (+3)")
        # Who looks for something finds it folded or not.
        await pilot.press("slash", *"container", "enter")
        await wait_for_text(pilot, "tree (1/4)", "└─ mailer")
        await pilot.press("escape", "H")
        await wait_for_text(pilot, "tree (4)")
        # A row of the tree leads to its own list, where everything can be done with it.
        await pilot.press("enter")
        await wait_for_text(pilot, "mailer › deployments (1)")
        await pilot.press(":", *"sa cluster=platform namespace=shop", "enter")
        await wait_for_text(pilot, "serviceaccounts (6)", "checkout")
        await pilot.press("u")
        await wait_for_text(pilot, "checkout › kube-used-by", "Deployment", "runs as it")


async def test_what_only_a_cluster_knows_is_asked_of_it(start: Start) -> None:
    async with start(120, 30) as pilot:
        await wait_for_text(pilot, "clusters", "platform")
        await pilot.press(":", *"cert cluster=platform cart", "enter")
        await wait_for_text(pilot, "certificates.cert-manager.io (1/4)", "cart-example-com-tls")
        # Letters of ours are in it, too: it is no word of ours for that.
        await pilot.press("escape", ":", *"cert", "enter")
        await wait_for_text(pilot, "platform › certificates.cert-manager.io (4)")
        await pilot.press(":", *"pizzas", "enter")
        await wait_for_text(pilot, "no command or resource is called 'pizzas'", ":pizzas")
        await pilot.press(*["backspace"] * 6, *"tgb", "enter")
        await wait_for_text(pilot, "platform › targetgroupbindings")


async def test_from_a_claim_to_its_volume_in_aws_and_back_to_its_pod_and_node(start: Start) -> None:
    async with start(200, 40) as pilot:
        await wait_for_text(pilot, "clusters", "platform")
        await pilot.press(":", *"pvcs cluster=platform", "enter")
        await wait_for_text(pilot, "pvcs (16)", "report-archive", "vol-")
        await pilot.press("W")
        await wait_for_text(pilot, "LIVE IN AWS", "in-use gp3 50 GiB", "there is no such volume")
        await pilot.press("slash", *"cart-db-0", "enter", "enter")
        await wait_for_text(pilot, "data-cart-db-0 › pvs (1)")
        await pilot.press("J")
        await wait_for_text(pilot, "› volumes (1)", "shop/data-cart-db-0 in platform", "gp3")
        await pilot.press("u")
        await wait_for_text(pilot, "› kube-used-by (1)", "cart-db-0", "volume data")
        await pilot.press("escape")
        await wait_for_text(pilot, "› volumes (1)")
        await pilot.press("J")
        await wait_for_text(pilot, "› nodes (1)", "ip-", "m6i")
        # What nobody made for a claim has no users to look for.
        await pilot.press(":", *"ebs tryout", "enter")
        text = await wait_for_text(pilot, "volumes (1/", "not attached")
        assert "u used by" not in text


async def test_rows_of_both_worlds_are_acted_on_as_in_their_own_lists(start: Start) -> None:
    async with start(160, 40) as pilot:
        await wait_for_text(pilot, "clusters", "platform")
        await pilot.press(":", *"workloads cluster=checkout,platform !web search", "enter")
        await wait_for_text(pilot, "workloads (2/", "ECS service", "Deployment", "live")
        await pilot.press("g", "S")
        await wait_for_text(pilot, "Scale service search", "· checkout")
        await pilot.press("escape", "j", "S")
        await wait_for_text(pilot, "Scale deployment search", "· platform · shop")
        await pilot.press("escape", "g", "space", "j", "space")
        # What cannot be done to both is not offered for both.
        await wait_until_gone(pilot, "S scale")
        await pilot.press("V", "T")
        await wait_for_text(pilot, "search › tree", "ReplicaSet")
        # What an object is used by and belongs to, it is from wherever it stands.
        await pilot.press("j", "J")
        await wait_for_text(pilot, "deployments (1)", "search")
        await pilot.press("escape")
        await wait_for_text(pilot, "search › tree", "ReplicaSet")
        await pilot.press("g", "u")
        await wait_for_text(pilot, "search › kube-used-by", "HorizontalPodAutoscaler")
        await pilot.press("escape", "escape")
        await wait_for_text(pilot, "workloads (2/", "ECS service")
        await pilot.press("G", "u")
        await wait_for_text(pilot, "search › kube-used-by", "HorizontalPodAutoscaler")
