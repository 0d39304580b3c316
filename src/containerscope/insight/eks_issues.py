"""The health issues that EKS reports: in short words, and what to do about each.

Codes: botocore's service model of EKS; fixes: the model's own texts and the EKS User Guide,
"Troubleshoot problems with Amazon EKS clusters and nodes".
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from containerscope.model.health import Level


class Meaning(msgspec.Struct, frozen=True):
    """What a code means."""

    words: str
    fix: str
    level: Level = Level.WARNING
    """FAILED where the thing will not work, or be lost, whatever its status says."""


_RETRY = "EKS has trouble itself: wait and try again; if it stays, open a case with AWS support."
_QUOTA = "Ask for a higher quota in Service Quotas, or delete what is no longer needed."
_TEMPLATE = "Correct the launch template and update the node group to its new version."
_NETWORK = "Check the cluster's endpoint access, security groups, routes and DNS."
_ADDRESSES = (
    "Free IP addresses in the subnets or add larger ones: look at AvailableIpAddressCount of each."
)
_KMS = "Act now: without its key the cluster cannot be recovered."

NODEGROUP: Mapping[str, Meaning] = {
    "AccessDenied": Meaning(
        "nodes may not authenticate",
        "Restore the `eks:node-manager` ClusterRole and binding, and the access entry or aws-auth"
        " mapping of the node role.",
    ),
    "AmiIdNotFound": Meaning(
        "AMI not found", "The AMI was deleted or is no longer shared: choose another one."
    ),
    "AsgInstanceLaunchFailures": Meaning(
        "instances cannot be launched",
        "Read the Auto Scaling group's activities: capacity, a KMS key, a quota or a security"
        " group stands in the way. More instance types and zones help against lack of capacity.",
    ),
    "AutoScalingGroupInstanceRefreshActive": Meaning(
        "an instance refresh is running",
        "Wait for the Auto Scaling group's instance refresh, or cancel it.",
    ),
    "AutoScalingGroupInvalidConfiguration": Meaning(
        "the Auto Scaling group was changed", "Undo the manual changes of the Auto Scaling group."
    ),
    "AutoScalingGroupNotFound": Meaning(
        "the Auto Scaling group is gone",
        "Recreate the Auto Scaling group with the same settings, or the node group.",
    ),
    "AutoScalingGroupOptInRequired": Meaning(
        "the account is not opted in", "Subscribe the account to Amazon EC2 in this region."
    ),
    "AutoScalingGroupRateLimitExceeded": Meaning(
        "Auto Scaling throttles", "Wait; fewer changes at once help."
    ),
    "ClusterUnreachable": Meaning("the cluster cannot be reached", _NETWORK),
    "Ec2InstanceTypeDoesNotExist": Meaning(
        "unknown instance type", "Choose an instance type that this region offers."
    ),
    "Ec2LaunchTemplateDeletionFailure": Meaning(
        "the launch template cannot be deleted", "Delete the launch template that EKS made by hand."
    ),
    "Ec2LaunchTemplateInvalidConfiguration": Meaning("invalid launch template", _TEMPLATE),
    "Ec2LaunchTemplateMaxLimitExceeded": Meaning("too many launch templates", _QUOTA),
    "Ec2LaunchTemplateNotFound": Meaning(
        "the launch template is gone",
        "Recreate the launch template with the same settings, or else the node group.",
    ),
    "Ec2LaunchTemplateVersionMaxLimitExceeded": Meaning(
        "too many launch template versions", "Delete old versions of the launch template."
    ),
    "Ec2LaunchTemplateVersionMismatch": Meaning(
        "another launch template version is in use",
        "Set the Auto Scaling group back to the launch template version that EKS made.",
    ),
    "Ec2SecurityGroupDeletionFailure": Meaning(
        "the security group cannot be deleted",
        "Remove what still uses the remote access security group.",
    ),
    "Ec2SecurityGroupNotFound": Meaning(
        "the cluster's security group is gone", "The cluster must be created anew."
    ),
    "Ec2SubnetInvalidConfiguration": Meaning(
        "nodes get no public IP",
        "Let the subnet assign public IPs, or use private subnets behind a NAT gateway.",
    ),
    "Ec2SubnetListTooLong": Meaning("too many subnets", "Give the node group fewer subnets."),
    "Ec2SubnetMissingIpv6Assignment": Meaning(
        "the subnet assigns no IPv6", "Turn on auto-assignment of IPv6 addresses in the subnet."
    ),
    "Ec2SubnetNotFound": Meaning(
        "a subnet is gone", "Create the node group anew in subnets that exist."
    ),
    "IamInstanceProfileNotFound": Meaning(
        "the instance profile is gone", "Recreate the instance profile under the same name."
    ),
    "IamLimitExceeded": Meaning("an IAM quota is reached", _QUOTA),
    "IamNodeRoleNotFound": Meaning("the node role is gone", "Recreate the role of the same name."),
    "IamThrottling": Meaning("IAM throttles", "Wait; it passes by itself."),
    "InstanceLimitExceeded": Meaning("the instance quota is reached", _QUOTA),
    "InsufficientFreeAddresses": Meaning("subnets out of IP addresses", _ADDRESSES),
    "InternalFailure": Meaning("internal failure of EKS", _RETRY),
    "KubernetesLabelInvalid": Meaning("invalid label", "Correct the labels of the node group."),
    "LimitExceeded": Meaning("a quota is reached", _QUOTA),
    "NodeCreationFailure": Meaning(
        "nodes do not join",
        "Check the node role's policies (worker node, CNI, ECR), the way out of the subnets, and"
        " the user data or AMI.",
    ),
    "NodeTerminationFailure": Meaning(
        "nodes cannot be terminated",
        "A disruption budget may stop the drain: relax it, or update with force.",
    ),
    "PodEvictionFailure": Meaning(
        "pods cannot be evicted",
        "A disruption budget stops the drain: relax it, or update with force.",
    ),
    "SourceEc2LaunchTemplateNotFound": Meaning(
        "the launch template it was made from is gone",
        "Recreate the launch template, or the node group from another.",
    ),
    "Unknown": Meaning("unknown failure", _RETRY),
}

CLUSTER: Mapping[str, Meaning] = {
    "AccessDenied": Meaning(
        "EKS may not act", "Restore the policies and the trust of the cluster role."
    ),
    "ClusterUnreachable": Meaning("the cluster cannot be reached", _NETWORK),
    "ConfigurationConflict": Meaning(
        "conflicting configuration", "Undo the change that the message names."
    ),
    "Ec2SecurityGroupNotFound": Meaning(
        "a security group is gone", "Give the cluster security groups that exist."
    ),
    "Ec2ServiceNotSubscribed": Meaning(
        "the account has no EC2 here", "Subscribe the account to Amazon EC2 in this region."
    ),
    "Ec2SubnetNotFound": Meaning("a subnet is gone", "Give the cluster subnets that exist."),
    "IamRoleNotFound": Meaning(
        "the cluster role is gone", "Recreate the role under the same name."
    ),
    "InsufficientFreeAddresses": Meaning("subnets out of IP addresses", _ADDRESSES),
    "InternalFailure": Meaning("internal failure of EKS", _RETRY),
    "KmsGrantRevoked": Meaning(
        "the KMS grant was revoked", f"Grant the key again. {_KMS}", Level.FAILED
    ),
    "KmsKeyDisabled": Meaning("the KMS key is disabled", f"Enable the key. {_KMS}", Level.FAILED),
    "KmsKeyMarkedForDeletion": Meaning(
        "the KMS key is about to be deleted",
        f"Cancel the deletion of the key. {_KMS}",
        Level.FAILED,
    ),
    "KmsKeyNotFound": Meaning(
        "the KMS key is gone",
        "Without it the cluster cannot be recovered: create a new one.",
        Level.FAILED,
    ),
    "Other": Meaning("another failure", "Read what EKS says."),
    "ResourceLimitExceeded": Meaning("a quota is reached", _QUOTA),
    "ResourceNotFound": Meaning("a resource is gone", "Recreate what the message names."),
    "StsRegionalEndpointDisabled": Meaning(
        "STS is off in this region", "Activate STS for the region in the account settings of IAM."
    ),
    "UnsupportedVersion": Meaning(
        "unsupported version", "Upgrade to a supported version of Kubernetes."
    ),
    "VpcNotFound": Meaning("the VPC is gone", "The cluster must be created anew.", Level.FAILED),
}

FARGATE: Mapping[str, Meaning] = {
    "AccessDenied": Meaning(
        "pods may not authenticate",
        "Restore the policies of the pod execution role and its access entry or aws-auth mapping.",
    ),
    "ClusterUnreachable": Meaning("the cluster cannot be reached", _NETWORK),
    "InternalFailure": Meaning("internal failure of EKS", _RETRY),
    "PodExecutionRoleAlreadyInUse": Meaning(
        "the role is used by nodes", "Give the profile a pod execution role of its own."
    ),
}

ADDON: Mapping[str, Meaning] = {
    "AccessDenied": Meaning(
        "EKS may not install it",
        "Restore the `eks:addon-manager` role and binding in the cluster.",
    ),
    "AddonPermissionFailure": Meaning(
        "the role lacks permissions",
        "Attach the policy that the add-on needs to its service account role or pod identity.",
    ),
    "AddonSubscriptionNeeded": Meaning(
        "no subscription", "Subscribe to the product in AWS Marketplace."
    ),
    "AdmissionRequestDenied": Meaning(
        "an admission webhook refuses it", "Let the webhook pass what the add-on creates."
    ),
    "ClusterUnreachable": Meaning("the cluster cannot be reached", _NETWORK),
    "ConfigurationConflict": Meaning(
        "conflicts with what is there",
        "Update with resolveConflicts OVERWRITE or PRESERVE, or remove what others manage.",
    ),
    "InsufficientNumberOfReplicas": Meaning(
        "pods are not ready",
        "Look at the add-on's pods: nodes to run on, images and their network are the usual cause.",
    ),
    "InternalFailure": Meaning("internal failure of EKS", _RETRY),
    "K8sResourceNotFound": Meaning(
        "a Kubernetes object is gone", "Update the add-on with OVERWRITE to make it again."
    ),
    "UnsupportedAddonModification": Meaning(
        "unsupported change", "Undo the change, or remove and install the add-on."
    ),
}

CAPABILITY: Mapping[str, Meaning] = {
    "AccessDenied": Meaning(
        "its role lacks permissions",
        "Give the capability's role what the message names.",
    ),
    "ClusterUnreachable": Meaning("the cluster cannot be reached", _NETWORK),
}
