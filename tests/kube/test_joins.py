"""From Kubernetes to what stands behind it in AWS: target groups, volumes, roles."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from containerscope.clients.aws import AwsClients
from containerscope.demo.faults import Fault
from containerscope.insight.kube_balancing import balancer_at, bindings_of
from containerscope.insight.kube_storage import console_page, held_by
from containerscope.model.elb import LoadBalancer
from containerscope.model.kube_network import Ingress, KubeService, TargetGroupBinding
from containerscope.model.kube_storage import PersistentVolume
from containerscope.model.listing import Item, Missing, Why
from containerscope.resource import Scope, TableBlock, TextBlock
from containerscope.resources import find
from tests.kube.cluster import HERE, NAME, Cluster, value
from tests.kube.test_resources import all_of, blocks_of, cell, down, named
from tests.resources.wire import labelled

SHOP = HERE.within(namespace="shop")
BINDINGS = ("elbv2.k8s.aws", "targetgroupbindings")


async def targets_of(name: str, item: Item[Any], clients: AwsClients) -> tuple[Any, ...]:
    """The tab about the load balancer."""
    resource = find(name)
    assert resource is not None
    detail = next(each for each in resource.details if each.title == "Targets")
    return [each async for each in detail.blocks(clients, HERE, item)][-1]


async def test_an_ingress_says_how_its_targets_do(reader: AwsClients) -> None:
    ingresses = await all_of("ingresses", reader, SHOP)
    storefront = named(ingresses, "storefront")
    healthy, total = cell("ingresses", storefront, "targets")
    assert 4 <= healthy <= total
    assert reader.calls["kubernetes:list targetgroupbindings"] == 1
    assert reader.calls["elbv2:DescribeTargetHealth"] == len(ingresses.items)

    sick, there = cell("ingresses", named(ingresses, "checkout"), "targets")
    assert sick < there
    blocks = await targets_of("ingresses", named(ingresses, "checkout"), reader)
    told = labelled(blocks)
    assert told["State"] == "active"
    assert told["Address"] == value(named(ingresses, "checkout")).status.load_balancer.addresses[0]
    [table] = [block for block in blocks if isinstance(block, TableBlock)]
    pods = {item.name for item in (await all_of("pods", reader, SHOP)).items}
    assert {row[1] for row in table.rows} <= pods
    assert any(row[3] == "unhealthy" and row[4] and row[5] for row in table.rows)


async def test_a_service_has_the_targets_of_the_ingress_before_it(reader: AwsClients) -> None:
    services = await all_of("kube-services", reader, SHOP)
    healthy, total = cell("kube-services", named(services, "storefront"), "targets")
    assert 4 <= healthy <= total
    assert cell("kube-services", named(services, "catalog"), "targets") is None
    blocks = await targets_of("kube-services", named(services, "catalog"), reader)
    assert isinstance(blocks[0], TextBlock)
    assert "no TargetGroupBinding names it" in blocks[0].text


async def test_without_bindings_the_load_balancer_is_found_by_its_name(
    cluster: Cluster, clients: AwsClients
) -> None:
    for each in cluster.kube.store.all(BINDINGS, "shop"):
        cluster.kube.store.remove(BINDINGS, each)
    ingresses = await all_of("ingresses", clients, SHOP)
    assert cell("ingresses", named(ingresses, "cart"), "targets") == (3, 3)
    assert clients.calls["elbv2:DescribeLoadBalancers"] == 1


async def test_a_binding_leads_to_its_targets_and_its_service(reader: AwsClients) -> None:
    ingresses = await all_of("ingresses", reader, SHOP)
    bindings = await down("ingresses", "targetgroupbindings", named(ingresses, "cart"), reader)
    [binding] = bindings.items
    assert cell("targetgroupbindings", binding, "service") == "cart:80"
    targets = await down("targetgroupbindings", "targets", binding, reader)
    pods = await all_of("pods", reader, SHOP)
    addresses = {f"{value(pod).status.pod_ip}:8080" for pod in pods.items}
    assert targets.items
    assert {item.name for item in targets.items} <= addresses
    [service] = (await down("targetgroupbindings", "kube-services", binding, reader)).items
    assert service.name == "cart"


async def test_a_cluster_without_the_controller_has_no_bindings_and_no_problem(
    reader: AwsClients,
) -> None:
    listing = await all_of("targetgroupbindings", reader, Scope(region="eu-west-1"))
    assert listing.complete, listing.problems
    assert {item.cluster for item in listing.items} == {NAME}


async def test_targets_that_may_not_be_read_say_so(cluster: Cluster, clients: AwsClients) -> None:
    cluster.account.faults.append(Fault(kind="denied", service="elbv2"))
    ingresses = await all_of("ingresses", clients, SHOP)
    assert len(ingresses.items) == 3
    blocks = await targets_of("ingresses", ingresses.items[0], clients)
    assert "elasticloadbalancing:DescribeLoadBalancers" in blocks[-1].text


def binding(labels: dict[str, str], service: str = "web") -> TargetGroupBinding:
    body = {
        "metadata": {"name": "b", "namespace": "shop", "labels": labels},
        "spec": {"serviceRef": {"name": service, "port": 80}, "targetGroupARN": "arn"},
    }
    return msgspec.convert(body, TargetGroupBinding)


def ingress(**annotations: str) -> Ingress:
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    body = {
        "metadata": {"name": "front", "namespace": "shop", "annotations": annotations},
        "spec": {"rules": [{"http": {"paths": [{"path": "/", "backend": backend}]}}]},
    }
    return msgspec.convert(body, Ingress)


OWN = {"ingress.k8s.aws/stack-name": "front", "ingress.k8s.aws/stack-namespace": "shop"}


@pytest.mark.parametrize(
    ("labels", "service", "mine"),
    [
        (OWN, "web", True),
        (OWN, "other", False),
        ({**OWN, "ingress.k8s.aws/stack-name": "back"}, "web", False),
        ({}, "web", True),
    ],
)
def test_a_binding_is_of_the_ingress_it_was_made_for(
    labels: dict[str, str], service: str, mine: bool
) -> None:
    assert bool(bindings_of(ingress(), (binding(labels, service),))) is mine


def test_ingresses_of_a_group_share_its_bindings() -> None:
    note = {"alb.ingress.kubernetes.io/group.name": "public"}
    shared = binding({"ingress.k8s.aws/stack": "public"})
    assert bindings_of(ingress(**note), (shared,)) == (shared,)
    assert not bindings_of(ingress(**note), (binding({"ingress.k8s.aws/stack": "other"}),))
    service = msgspec.convert({"metadata": {"name": "web", "namespace": "shop"}}, KubeService)
    assert bindings_of(service, (shared,)) == (shared,)


def test_a_load_balancer_is_known_by_either_of_its_names() -> None:
    one = LoadBalancer(load_balancer_arn="arn", dns_name="Web-1.eu-west-1.elb.amazonaws.com")
    assert balancer_at(["dualstack.web-1.eu-west-1.elb.amazonaws.com"], [one]) is one
    assert balancer_at(["elsewhere.example.com"], [one]) is None


def volume(driver: str, handle: str) -> PersistentVolume:
    body = {"spec": {"csi": {"driver": driver, "volumeHandle": handle}}}
    return msgspec.convert(body, PersistentVolume)


@pytest.mark.parametrize(
    ("driver", "handle", "held", "page"),
    [
        ("ebs.csi.aws.com", "vol-0a", "EBS", "#VolumeDetails:volumeId=vol-0a"),
        ("efs.csi.aws.com", "fs-0a::fsap-0b", "EFS", "#/file-systems/fs-0a"),
        ("fsx.csi.aws.com", "fs-0c", "FSx for Lustre", "#file-system-details/fs-0c"),
        ("csi.example.com", "x", "csi.example.com", ""),
    ],
)
def test_a_volume_is_known_by_its_driver_and_handle(
    driver: str, handle: str, held: str, page: str
) -> None:
    made = volume(driver, handle)
    assert held_by(made) == held
    assert console_page(made).endswith(page)
    assert bool(console_page(made)) is bool(page)


async def test_a_claim_says_what_holds_its_data_and_leads_to_the_file_system(
    reader: AwsClients,
) -> None:
    claims = await all_of("pvcs", reader)
    assert reader.calls["kubernetes:list persistentvolumes"] == 1
    held = {cell("pvcs", item, "held_by") for item in claims.items}
    assert held == {"EBS", "EFS", "FSx for Lustre", "FSx for OpenZFS"}
    media = named(claims, "media-library")
    assert cell("pvcs", media, "backing").startswith("fs-")
    [system] = (await down("pvcs", "efs", media, reader)).items
    assert value(system).file_system.file_system_id in cell("pvcs", media, "backing")
    [own] = (await down("pvcs", "pvs", media, reader)).items
    assert [each.key for each in (await down("pvs", "efs", own, reader)).items] == [system.key]
    disk = next(item for item in claims.items if cell("pvcs", item, "held_by") == "EBS")
    resource = find("pvcs")
    assert resource is not None
    assert "efs" not in [child.resource for child in resource.children if child.when(disk)]


async def test_claims_and_volumes_are_joined_to_their_disks_by_one_call(
    cluster: Cluster, reader: AwsClients
) -> None:
    claims = await all_of("pvcs", reader)
    assert reader.calls["ec2:DescribeVolumes"] == 1
    disk = named(claims, "data-cart-db-0")
    assert cell("pvcs", disk, "live").startswith("in-use gp3 50 GiB eu-west-1")
    assert cell("pvcs", named(claims, "report-archive"), "live") == "there is no such volume"
    volumes = await all_of("pvs", reader)
    assert reader.calls["ec2:DescribeVolumes"] == 2
    assert cell("pvs", named(volumes, "report-archive"), "live") == "there is no such volume"

    [held] = (await down("pvcs", "volumes", disk, reader)).items
    assert value(held).volume.volume_id == cell("pvcs", disk, "backing")
    assert [each.key for each in (await down("volumes", "pvcs", held, reader)).items] == [disk.key]
    resource = find("volumes")
    assert resource is not None
    assert resource.users is not None
    assert resource.owner is not None
    listing = await all_of("kube-used-by", reader, resource.users.scope(HERE, held))
    pods = [item.name for item in listing.items if value(item).kind == "Pod"]
    assert pods == ["cart-db-0"]
    name, scope = await resource.owner.place(reader, HERE, held)
    nodes = await all_of(name, reader, scope)
    [pod] = [item for item in listing.items if item.name == "cart-db-0"]
    assert [item.name for item in nodes.items] == [value(pod).value.spec.node_name]


async def test_claims_and_volumes_lead_to_their_fsx_file_systems(reader: AwsClients) -> None:
    claims = await all_of("pvcs", reader)
    assert reader.calls["fsx:DescribeFileSystems"] == 1
    assert reader.calls["fsx:DescribeVolumes"] == 1
    training, cache = named(claims, "training-data"), named(claims, "ci-cache")
    assert cell("pvcs", training, "live") == "available Lustre 2400 GiB"
    assert cell("pvcs", cache, "live") == "available OpenZFS 512 GiB"
    [system] = (await down("pvcs", "fsx", training, reader)).items
    assert value(system).file_system.file_system_id == cell("pvcs", training, "backing")
    [holder] = (await down("pvcs", "fsx", cache, reader)).items
    assert cell("fsx", holder, "type") == "OpenZFS"
    told = labelled(await blocks_of("pvcs", training, reader))
    assert told["Mount name"] == "kq3zfbev"
    told = labelled(await blocks_of("pvcs", cache, reader))
    assert told["Path"] == "/fsx/ci-cache"
    [volume] = (await down("pvcs", "pvs", training, reader)).items
    resource = find("pvs")
    assert resource is not None
    assert resource.owner is not None
    name, scope = await resource.owner.place(reader, HERE, volume)
    assert [each.key for each in (await all_of(name, reader, scope)).items] == [system.key]


async def test_where_disks_may_not_be_read_the_cell_says_so(
    cluster: Cluster, clients: AwsClients
) -> None:
    cluster.account.faults.append(Fault(kind="denied", service="ec2", operation="DescribeVolumes"))
    claims = await all_of("pvcs", clients)
    held = cell("pvcs", named(claims, "data-cart-db-0"), "live")
    assert isinstance(held, Missing)
    assert held.why is Why.DENIED
    blocks = await blocks_of("pvcs", named(claims, "data-kafka-0"), clients)
    told = [block.text for block in blocks if isinstance(block, TextBlock)]
    assert any("ec2:DescribeVolumes" in text for text in told)


async def test_a_pod_leads_to_the_role_behind_it_and_to_its_node(reader: AwsClients) -> None:
    pods = await all_of("pods", reader, SHOP)
    pod = named(pods, "payments-")
    [role] = (await down("pods", "roles", pod, reader)).items
    assert role.name == "platform-payments"
    assert value(role).role.arn.endswith(":role/platform-payments")
    [account] = (await down("pods", "serviceaccounts", pod, reader)).items
    [same] = (await down("serviceaccounts", "roles", account, reader)).items
    assert same.key == role.key
    [node] = (await down("pods", "nodes", pod, reader)).items
    assert node.name == cell("pods", pod, "node")
    assert not (await down("pods", "roles", named(pods, "catalog-"), reader)).items
