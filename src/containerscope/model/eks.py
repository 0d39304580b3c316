"""EKS as its API describes it; every field may be absent, as old and connected clusters show."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec


class Issue(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """One of the `health.issues` of a cluster, node group, Fargate profile or add-on."""

    code: str | None = None
    message: str | None = None
    resource_ids: tuple[str, ...] | None = None


class IssueList(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The `health` member: empty while all is well."""

    issues: tuple[Issue, ...] | None = None


class VpcConfig(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The network of a control plane and who may reach its endpoint."""

    subnet_ids: tuple[str, ...] | None = None
    security_group_ids: tuple[str, ...] | None = None
    cluster_security_group_id: str | None = None
    vpc_id: str | None = None
    endpoint_public_access: bool | None = None
    endpoint_private_access: bool | None = None
    public_access_cidrs: tuple[str, ...] | None = None
    control_plane_egress_mode: str | None = None


class Enabled(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A switch on its own: `zonalShiftConfig`, `blockStorage`, `elasticLoadBalancing`."""

    enabled: bool | None = None


class KubernetesNetwork(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Addresses of Kubernetes services."""

    service_ipv4_cidr: str | None = msgspec.field(default=None, name="serviceIpv4Cidr")
    service_ipv6_cidr: str | None = msgspec.field(default=None, name="serviceIpv6Cidr")
    ip_family: str | None = None
    elastic_load_balancing: Enabled | None = None


class LogSetup(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Control plane logs that are on, or off."""

    types: tuple[str, ...] | None = None
    enabled: bool | None = None


class Logging(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Control plane logging."""

    cluster_logging: tuple[LogSetup, ...] | None = None


class Oidc(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The issuer that IRSA roles trust."""

    issuer: str | None = None


class Identity(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The identity provider of a cluster."""

    oidc: Oidc | None = None


class KeyProvider(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A KMS key."""

    key_arn: str | None = None


class Encryption(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What a customer-managed key encrypts."""

    resources: tuple[str, ...] | None = None
    provider: KeyProvider | None = None


class Connector(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """How a cluster that EKS does not run is connected to it."""

    activation_id: str | None = None
    activation_expiry: datetime | None = None
    provider: str | None = None
    role_arn: str | None = None


class Outpost(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A local cluster on an Outpost."""

    outpost_arns: tuple[str, ...] | None = None
    control_plane_instance_type: str | None = None


class Access(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """How principals are let in."""

    bootstrap_cluster_creator_admin_permissions: bool | None = None
    authentication_mode: str | None = None


class UpgradePolicy(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What happens when standard support ends."""

    support_type: str | None = None


class Networks(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Address ranges of hybrid nodes or of their pods."""

    cidrs: tuple[str, ...] | None = None


class RemoteNetwork(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Where hybrid nodes and their pods live."""

    remote_node_networks: tuple[Networks, ...] | None = None
    remote_pod_networks: tuple[Networks, ...] | None = None


class Compute(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Auto Mode: the nodes that EKS manages."""

    enabled: bool | None = None
    node_pools: tuple[str, ...] | None = None
    node_role_arn: str | None = None


class Storage(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Auto Mode: the volumes that EKS manages."""

    block_storage: Enabled | None = None


class ControlPlaneScaling(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The provisioned size of a control plane."""

    tier: str | None = None


class Authority(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The certificate authority of a control plane."""

    data: str | None = None
    """PEM in base64."""


class Cluster(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """An EKS cluster: EKS's own, a local one on an Outpost, or a connected one elsewhere."""

    name: str | None = None
    arn: str | None = None
    id: str | None = None
    status: str | None = None
    version: str | None = None
    platform_version: str | None = None
    created_at: datetime | None = None
    endpoint: str | None = None
    certificate_authority: Authority | None = None
    role_arn: str | None = None
    resources_vpc_config: VpcConfig | None = None
    kubernetes_network_config: KubernetesNetwork | None = None
    logging: Logging | None = None
    identity: Identity | None = None
    encryption_config: tuple[Encryption, ...] | None = None
    connector_config: Connector | None = None
    health: IssueList | None = None
    outpost_config: Outpost | None = None
    access_config: Access | None = None
    upgrade_policy: UpgradePolicy | None = None
    zonal_shift_config: Enabled | None = None
    remote_network_config: RemoteNetwork | None = None
    compute_config: Compute | None = None
    storage_config: Storage | None = None
    deletion_protection: bool | None = None
    control_plane_scaling_config: ControlPlaneScaling | None = None
    tags: Mapping[str, str] | None = None


class ClusterVersion(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A Kubernetes version that EKS knows, with its support dates."""

    cluster_version: str | None = None
    cluster_type: str | None = None
    default_version: bool | None = None
    release_date: datetime | None = None
    end_of_standard_support_date: datetime | None = None
    end_of_extended_support_date: datetime | None = None
    version_status: str | None = None
    """`STANDARD_SUPPORT`, `EXTENDED_SUPPORT` or `UNSUPPORTED`."""
    kubernetes_patch_version: str | None = None


class Scaling(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The bounds of a node group; `desired_size` lags behind an autoscaler's own."""

    min_size: int | None = None
    max_size: int | None = None
    desired_size: int | None = None


class RemoteAccess(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Who may open SSH to the nodes; no source group means everybody."""

    ec2_ssh_key: str | None = None
    source_security_groups: tuple[str, ...] | None = None


class Taint(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A Kubernetes taint that every node of the group gets."""

    key: str | None = None
    value: str | None = None
    effect: str | None = None


class AutoScalingGroup(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The Auto Scaling group behind a node group."""

    name: str | None = None


class NodegroupResources(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What EKS made for a node group."""

    auto_scaling_groups: tuple[AutoScalingGroup, ...] | None = None
    remote_access_security_group: str | None = None


class NodegroupUpdate(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """How many nodes an update may take away at once."""

    max_unavailable: int | None = None
    max_unavailable_percentage: int | None = None
    update_strategy: str | None = None


class NodeRepair(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Whether EKS replaces nodes that its monitoring agent reports."""

    enabled: bool | None = None
    max_unhealthy_node_threshold_count: int | None = None
    max_unhealthy_node_threshold_percentage: int | None = None
    max_parallel_nodes_repaired_count: int | None = None
    max_parallel_nodes_repaired_percentage: int | None = None


class LaunchTemplate(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The launch template of the nodes."""

    name: str | None = None
    version: str | None = None
    id: str | None = None


class WarmPool(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Nodes kept ready beside the group."""

    enabled: bool | None = None
    min_size: int | None = None
    max_group_prepared_capacity: int | None = None
    pool_state: str | None = None
    reuse_on_scale_in: bool | None = None


class Nodegroup(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A managed node group."""

    nodegroup_name: str | None = None
    nodegroup_arn: str | None = None
    cluster_name: str | None = None
    status: str | None = None
    version: str | None = None
    release_version: str | None = None
    created_at: datetime | None = None
    modified_at: datetime | None = None
    capacity_type: str | None = None
    scaling_config: Scaling | None = None
    instance_types: tuple[str, ...] | None = None
    subnets: tuple[str, ...] | None = None
    remote_access: RemoteAccess | None = None
    ami_type: str | None = None
    node_role: str | None = None
    labels: Mapping[str, str] | None = None
    taints: tuple[Taint, ...] | None = None
    resources: NodegroupResources | None = None
    disk_size: int | None = None
    health: IssueList | None = None
    update_config: NodegroupUpdate | None = None
    node_repair_config: NodeRepair | None = None
    launch_template: LaunchTemplate | None = None
    warm_pool_config: WarmPool | None = None
    tags: Mapping[str, str] | None = None


class Selector(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Pods that run on Fargate: of this namespace, with these labels."""

    namespace: str | None = None
    labels: Mapping[str, str] | None = None


class FargateProfile(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A Fargate profile."""

    fargate_profile_name: str | None = None
    fargate_profile_arn: str | None = None
    cluster_name: str | None = None
    status: str | None = None
    created_at: datetime | None = None
    pod_execution_role_arn: str | None = None
    subnets: tuple[str, ...] | None = None
    selectors: tuple[Selector, ...] | None = None
    health: IssueList | None = None
    tags: Mapping[str, str] | None = None


class Marketplace(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The product that an add-on was bought as."""

    product_id: str | None = None
    product_url: str | None = None


class AddonNamespace(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The namespace that an add-on was installed in."""

    namespace: str | None = None


class Addon(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """An EKS add-on."""

    addon_name: str | None = None
    addon_arn: str | None = None
    cluster_name: str | None = None
    status: str | None = None
    addon_version: str | None = None
    created_at: datetime | None = None
    modified_at: datetime | None = None
    service_account_role_arn: str | None = None
    pod_identity_associations: tuple[str, ...] | None = None
    publisher: str | None = None
    owner: str | None = None
    configuration_values: str | None = None
    namespace_config: AddonNamespace | None = None
    marketplace_information: Marketplace | None = None
    health: IssueList | None = None
    tags: Mapping[str, str] | None = None
