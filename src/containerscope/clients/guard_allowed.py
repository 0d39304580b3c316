"""The literal list of operations that read-only lets through; an unlisted one is refused."""

from __future__ import annotations

from collections.abc import Mapping


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


ALLOWED: Mapping[str, frozenset[str]] = {
    "ecs": _names(
        "ListClusters DescribeClusters ListServices DescribeServices ListServicesByNamespace "
        "ListTasks DescribeTasks ListTaskDefinitions ListTaskDefinitionFamilies "
        "DescribeTaskDefinition ListContainerInstances DescribeContainerInstances "
        "DescribeCapacityProviders ListServiceDeployments DescribeServiceDeployments "
        "DescribeServiceRevisions DescribeTaskSets GetTaskProtection ListAccountSettings "
        "ListAttributes ListTagsForResource ListDaemons DescribeDaemon ListDaemonDeployments "
        "DescribeDaemonDeployments DescribeDaemonRevisions DescribeDaemonTaskDefinition "
        "ListDaemonTaskDefinitions DescribeExpressGatewayService ListGateways DescribeGateway "
        "DescribeGatewayResources ListGatewayRoutes DescribeGatewayRoute "
        "ListGatewayClusterAssociations"
    ),
    "eks": _names(
        "ListClusters DescribeCluster DescribeClusterVersions ListNodegroups DescribeNodegroup "
        "ListFargateProfiles DescribeFargateProfile ListAddons DescribeAddon "
        "DescribeAddonVersions ListAccessEntries DescribeAccessEntry ListAccessPolicies "
        "ListAssociatedAccessPolicies ListPodIdentityAssociations "
        "DescribePodIdentityAssociation ListIdentityProviderConfigs "
        "DescribeIdentityProviderConfig ListInsights DescribeInsight DescribeInsightsRefresh "
        "ListUpdates DescribeUpdate ListCapabilities DescribeCapability "
        "ListCertificateAuthorities ListTagsForResource"
    ),
    "elbv2": _names(
        "DescribeLoadBalancers DescribeListeners DescribeRules DescribeTargetGroups "
        "DescribeTargetGroupAttributes DescribeTargetHealth DescribeTags"
    ),
    "application-autoscaling": _names(
        "DescribeScalableTargets DescribeScalingPolicies DescribeScalingActivities "
        "DescribeScheduledActions GetPredictiveScalingForecast"
    ),
    "autoscaling": _names(
        "DescribeAutoScalingGroups DescribeScalingActivities DescribePolicies "
        "DescribeScheduledActions DescribeWarmPool DescribeInstanceRefreshes"
    ),
    "cloudwatch": _names("GetMetricData DescribeAlarms DescribeAlarmHistory"),
    "logs": _names(
        "DescribeLogGroups DescribeLogStreams GetLogEvents FilterLogEvents StartLiveTail "
        "StartQuery StopQuery GetQueryResults"
    ),
    "efs": _names(
        "DescribeFileSystems DescribeMountTargets DescribeMountTargetSecurityGroups "
        "DescribeAccessPoints DescribeFileSystemPolicy DescribeBackupPolicy"
    ),
    "fsx": _names("DescribeFileSystems DescribeVolumes"),
    "ec2": _names(
        "DescribeInstances DescribeNetworkInterfaces DescribeSubnets DescribeSecurityGroups "
        "DescribeVpcs DescribeImages DescribeLaunchTemplateVersions DescribeRegions "
        "DescribeRouteTables DescribeVpcEndpoints DescribeVolumes DescribeVolumeStatus"
    ),
    "iam": _names(
        "GetRole ListRolePolicies GetRolePolicy ListAttachedRolePolicies GetPolicy "
        "GetPolicyVersion GetInstanceProfile ListOpenIDConnectProviders "
        "GetOpenIDConnectProvider GetAccountAuthorizationDetails SimulatePrincipalPolicy "
        "ListAccountAliases ListRoles"
    ),
    "ecr": _names("DescribeImages DescribeImageScanFindings DescribeRepositories BatchGetImage"),
    "servicediscovery": _names(
        "ListNamespaces ListServices ListInstances GetNamespace GetService GetInstance "
        "GetInstancesHealthStatus"
    ),
    "secretsmanager": _names("DescribeSecret"),
    "ssm": _names(
        "DescribeParameters GetParameter GetParameters GetParametersByPath "
        "DescribeInstanceInformation"
    ),
    "organizations": _names("ListAccounts"),
    "resource-explorer-2": _names("Search"),
    # What signing in needs.
    "sts": _names("GetCallerIdentity AssumeRole AssumeRoleWithWebIdentity"),
    "sso": _names("GetRoleCredentials"),
    "sso-oidc": _names("RegisterClient StartDeviceAuthorization CreateToken"),
}
"""botocore's name of a service -> the operations that read-only lets through."""

SIGNING_IN: Mapping[str, frozenset[str]] = {
    "sts": ALLOWED["sts"] - {"GetCallerIdentity"},
    "sso": ALLOWED["sso"],
    "sso-oidc": ALLOWED["sso-oidc"],
}
"""Those that hand out credentials: for signing in, and refused to whoever else asks."""

PUBLIC_PARAMETERS = "/aws/service/"
"""Parameters under this path are AWS's own; every other one may hold a secret."""
