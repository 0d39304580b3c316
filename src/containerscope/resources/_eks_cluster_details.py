"""The detail pane of an EKS cluster."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable

from containerscope.insight.eks_health import cluster_verdict, issues_of
from containerscope.insight.eks_issues import CLUSTER
from containerscope.insight.eks_support import version_words
from containerscope.insight.fleet import kind_of, row_verdict
from containerscope.model.eks import Cluster, Networks
from containerscope.model.fleet import ClusterRow
from containerscope.model.listing import Item, Missing
from containerscope.resource import Block, Clients, Detail, Pair, PairsBlock, Scope
from containerscope.resources import _blocks, _eks, _subnets
from containerscope.resources._fleet import context_blocks, is_context, is_eks

Blocks = AsyncIterator[tuple[Block, ...]]


async def overview(
    clients: Clients, scope: Scope, item: Item[ClusterRow]
) -> AsyncIterator[tuple[Block, ...]]:
    """What is wrong and the fix, then the version's support, access, network and logging."""
    row = item.value
    if is_context(item):
        yield context_blocks(item)
        return
    if isinstance(row, Missing) or row.eks is None:
        yield (_blocks.missing_block(row),) if isinstance(row, Missing) else ()
        return
    cluster = row.eks
    issues = issues_of(cluster.health)
    own, whole = cluster_verdict(cluster, row.support), row_verdict(row)
    first: tuple[Block, ...] = (
        *_blocks.verdict_block(whole),
        *(_blocks.verdict_block(own) if own != whole else ()),
        *_eks.issue_table(issues, CLUSTER),
        _cluster(row, cluster),
        *_connector(cluster),
        *_support(row, cluster),
        *_endpoint(cluster),
    )
    rest: tuple[Block, ...] = (
        _access(cluster),
        *_logging(cluster),
        *_modes(cluster),
        *_eks.map_block("Tags", cluster.tags),
    )
    yield (*first, *rest)
    vpc = cluster.resources_vpc_config
    spread = await _subnets.spread(clients, vpc.subnet_ids if vpc else None)
    if spread:
        yield (*first, *spread, *rest)


def _cluster(row: ClusterRow, cluster: Cluster) -> PairsBlock:
    outpost, scaling = cluster.outpost_config, cluster.control_plane_scaling_config
    shift = cluster.zonal_shift_config
    return _blocks.pairs(
        "Cluster",
        ("Kind", kind_of(row)),
        ("Status", cluster.status),
        ("Version", version_words(cluster.version, row.support)),
        ("Platform version", cluster.platform_version),
        ("Control plane tier", scaling.tier if scaling else None),
        ("Cluster role", _eks.role(cluster.role_arn)),
        ("Created", cluster.created_at),
        ("Deletion protection", cluster.deletion_protection),
        ("Zonal shift", shift.enabled if shift else None),
        ("Outposts", outpost.outpost_arns if outpost else None),
        ("Control plane instances", outpost.control_plane_instance_type if outpost else None),
    )


def _connector(cluster: Cluster) -> tuple[PairsBlock, ...]:
    connector = cluster.connector_config
    if connector is None:
        return ()
    return (
        _blocks.pairs(
            "Connected cluster",
            ("Provider", connector.provider),
            ("Connector role", _eks.role(connector.role_arn)),
            ("Activation", connector.activation_id),
            ("Activation expires", connector.activation_expiry),
        ),
    )


def _support(row: ClusterRow, cluster: Cluster) -> tuple[PairsBlock, ...]:
    support, policy = row.support, cluster.upgrade_policy
    if support is None and policy is None:
        return ()
    kind = policy.support_type if policy else None
    then = {
        "STANDARD": "upgrade at the end of standard support",
        "EXTENDED": "enter extended support, at extra cost",
    }.get(kind or "", kind)
    return (
        _blocks.pairs(
            "Support",
            ("Now in", _eks.words(support.status) if support else None),
            ("Standard support ends", _day(support.standard_ends) if support else None),
            ("Extended support ends", _day(support.extended_ends) if support else None),
            ("Upgrade policy", then),
        ),
    )


def _day(moment: object) -> str | None:
    return None if moment is None else f"{moment:%Y-%m-%d}"


def _endpoint(cluster: Cluster) -> tuple[PairsBlock, ...]:
    vpc, network = cluster.resources_vpc_config, cluster.kubernetes_network_config
    if vpc is None:
        return ()
    public = vpc.endpoint_public_access
    cidrs = vpc.public_access_cidrs or ()
    level = _eks.open_level(cidrs, public=bool(public))
    block = _blocks.pairs(
        "Endpoint and network",
        ("Endpoint", cluster.endpoint),
        ("Public access", public),
        ("Private access", vpc.endpoint_private_access),
        ("Egress mode", _eks.words(vpc.control_plane_egress_mode)),
        ("VPC", vpc.vpc_id),
        ("Subnets", vpc.subnet_ids),
        ("Cluster security group", vpc.cluster_security_group_id),
        ("Security groups", vpc.security_group_ids),
        ("Service addresses", (network.service_ipv4_cidr or network.service_ipv6_cidr))
        if network
        else ("Service addresses", None),
        ("IP family", network.ip_family if network else None),
    )
    if not public:
        return (block,)
    open_to = Pair("Public access from", cidrs or ("0.0.0.0/0",), level)
    return (PairsBlock(block.title, (*block.pairs[:2], open_to, *block.pairs[2:])),)


def _access(cluster: Cluster) -> PairsBlock:
    access = cluster.access_config
    oidc = cluster.identity.oidc if cluster.identity else None
    keys = tuple(
        each.provider.key_arn
        for each in cluster.encryption_config or ()
        if each.provider and each.provider.key_arn
    )
    default = None if cluster.connector_config else "a key that AWS owns"
    return _blocks.pairs(
        "Access and encryption",
        ("Authentication mode", _eks.words(access.authentication_mode) if access else None),
        (
            "Creator is administrator",
            access.bootstrap_cluster_creator_admin_permissions if access else None,
        ),
        ("OIDC issuer", oidc.issuer if oidc else None),
        ("Secrets encrypted with", keys or default),
    )


def _logging(cluster: Cluster) -> tuple[PairsBlock, ...]:
    setups = (cluster.logging.cluster_logging if cluster.logging else None) or ()
    if not setups:
        return ()
    on = tuple(name for setup in setups if setup.enabled for name in setup.types or ())
    off = tuple(name for setup in setups if not setup.enabled for name in setup.types or ())
    return (_blocks.pairs("Control plane logs", ("On", on or "none"), ("Off", off)),)


def _modes(cluster: Cluster) -> tuple[PairsBlock, ...]:
    """Auto Mode and hybrid nodes; nothing where neither is in use."""
    blocks: list[PairsBlock] = []
    compute, network = cluster.compute_config, cluster.kubernetes_network_config
    if compute is not None and compute.enabled:
        volumes = cluster.storage_config.block_storage if cluster.storage_config else None
        balancing = network.elastic_load_balancing if network else None
        blocks.append(
            _blocks.pairs(
                "Auto Mode",
                ("Node pools", compute.node_pools or "none built in"),
                ("Node role", _eks.role(compute.node_role_arn)),
                ("Block storage", volumes.enabled if volumes else None),
                ("Load balancing", balancing.enabled if balancing else None),
            )
        )
    remote = cluster.remote_network_config
    if remote is not None and (remote.remote_node_networks or remote.remote_pod_networks):
        blocks.append(
            _blocks.pairs(
                "Hybrid nodes",
                ("Node networks", _cidrs(remote.remote_node_networks)),
                ("Pod networks", _cidrs(remote.remote_pod_networks)),
            )
        )
    return tuple(blocks)


def _cidrs(networks: Iterable[Networks] | None) -> tuple[str, ...]:
    return tuple(cidr for network in networks or () for cidr in network.cidrs or ())


# The tabs


def _tab(name: str) -> Callable[[Clients, Scope, Item[ClusterRow]], Blocks]:
    """A tab that nobody has looked at costs nothing, not even its import."""

    async def shown(clients: Clients, scope: Scope, item: Item[ClusterRow]) -> Blocks:
        from containerscope.resources import _eks_cluster_tabs

        async for blocks in getattr(_eks_cluster_tabs, name)(clients, scope, item):
            yield blocks

    return shown


def _is_run(item: Item[ClusterRow]) -> bool:
    """Whether EKS runs the cluster: of one that is connected it knows nothing more."""
    row = item.value
    connected = not isinstance(row, Missing) and row.eks is not None and row.eks.connector_config
    return is_eks(item) and not connected and not is_context(item)


_TABS = (
    ("Compute", "compute"),
    ("Access", "access"),
    ("Pod roles", "identities"),
    ("Add-ons", "extensions"),
    ("Insights", "upgrade"),
    ("Updates", "changes"),
)
TABS: tuple[Detail[ClusterRow], ...] = tuple(
    Detail(title, _tab(name), _is_run) for title, name in _TABS
)
"""What the pane of an EKS cluster has beside its overview."""
TAB_PERMISSIONS = (
    "autoscaling:DescribeAutoScalingGroups",
    "ec2:DescribeSubnets",
    "eks:DescribeAccessEntry",
    "eks:DescribeAddon",
    "eks:DescribeAddonVersions",
    "eks:DescribeFargateProfile",
    "eks:DescribeIdentityProviderConfig",
    "eks:DescribeInsight",
    "eks:DescribePodIdentityAssociation",
    "eks:DescribeUpdate",
    "eks:ListAccessEntries",
    "eks:ListAddons",
    "eks:ListAssociatedAccessPolicies",
    "eks:ListFargateProfiles",
    "eks:ListIdentityProviderConfigs",
    "eks:ListInsights",
    "eks:ListPodIdentityAssociations",
    "eks:ListUpdates",
    "ssm:GetParameters",
)
