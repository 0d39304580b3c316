"""Every operation that the demo account answers, by botocore's names."""

from __future__ import annotations

from collections.abc import Mapping

from containerscope.demo.asg_api import AUTOSCALING
from containerscope.demo.calls import Handler
from containerscope.demo.cloudwatch_api import CLOUDWATCH
from containerscope.demo.discovery_api import DISCOVERY
from containerscope.demo.ec2_api import EC2
from containerscope.demo.ecr_api import ECR
from containerscope.demo.ecs_describes import DESCRIBES
from containerscope.demo.ecs_lists import LISTS
from containerscope.demo.ecs_protection import PROTECTION
from containerscope.demo.ecs_writes_cluster import CLUSTER_WRITES
from containerscope.demo.ecs_writes_definition import DEFINITION_WRITES
from containerscope.demo.ecs_writes_instance import INSTANCE_WRITES
from containerscope.demo.ecs_writes_service import SERVICE_WRITES
from containerscope.demo.ecs_writes_task import TASK_WRITES
from containerscope.demo.efs_api import EFS
from containerscope.demo.eks_api import EKS
from containerscope.demo.elb_api import ELB_READS
from containerscope.demo.elb_writes import ELB_WRITES
from containerscope.demo.fsx_api import FSX
from containerscope.demo.iam_api import IAM
from containerscope.demo.identity import SSO, SSO_OIDC, STS
from containerscope.demo.logs_api import LOGS
from containerscope.demo.scaling_api import APPLICATION_AUTOSCALING
from containerscope.demo.secrets_api import SECRETS
from containerscope.demo.ssm_api import SSM

OPERATIONS: Mapping[str, Mapping[str, Handler]] = {
    "ecs": {
        **LISTS,
        **DESCRIBES,
        **SERVICE_WRITES,
        **TASK_WRITES,
        **PROTECTION,
        **DEFINITION_WRITES,
        **INSTANCE_WRITES,
        **CLUSTER_WRITES,
    },
    "eks": EKS,
    "ec2": EC2,
    "ecr": ECR,
    "efs": EFS,
    "fsx": FSX,
    "elbv2": {**ELB_READS, **ELB_WRITES},
    "cloudwatch": CLOUDWATCH,
    "logs": LOGS,
    "autoscaling": AUTOSCALING,
    "application-autoscaling": APPLICATION_AUTOSCALING,
    "secretsmanager": SECRETS,
    "servicediscovery": DISCOVERY,
    "ssm": SSM,
    "sts": STS,
    "iam": IAM,
    "sso": SSO,
    "sso-oidc": SSO_OIDC,
}
GLOBAL = frozenset({"sts", "iam", "sso", "sso-oidc"})
"""Services whose answers do not depend on the region that is asked."""
