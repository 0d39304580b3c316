"""The texts with which ECS says why a task stopped, and what each means.

Source: Amazon ECS Developer Guide, "Stopped task error codes" and its sub-pages.
"""

from __future__ import annotations

from containerscope.insight.verdict import Rule, rule
from containerscope.model.health import Level

_BAD = Level.FAILED
_WARN = Level.WARNING

IMAGE: tuple[Rule, ...] = (
    rule(
        r"toomanyrequests|pull rate limit",
        _BAD,
        "image pull rate limit",
        "The registry allows no more pulls for now.",
        "Give the container repositoryCredentials, or pull through an ECR pull-through cache.",
    ),
    rule(
        r"CannotPull.*no space left on device",
        _BAD,
        "disk full pulling image",
        "The disk of the host, or the task's own, is too small for the image.",
        "Raise ephemeralStorage.sizeInGiB, or give the instances a larger volume and prune images.",
    ),
    rule(
        r"CannotPull.*(does not contain descriptor matching platform|no matching manifest)",
        _BAD,
        "wrong CPU architecture",
        "The image was not built for the architecture the task runs on.",
        "Set runtimePlatform.cpuArchitecture, or push a multi-architecture image.",
    ),
    rule(
        r"CannotPull.*(connection issue between the task and|check your network configuration|"
        r"request canceled while waiting|i/o timeout|context (canceled|deadline)|"
        r"dial tcp|connection refused)",
        _BAD,
        "CannotPullContainer: no route",
        "The task could not reach the registry.",
        "Assign a public IP, or route through NAT, or add endpoints ecr.api, ecr.dkr, logs and the "
        "S3 gateway; let the security group out on 443.",
    ),
    rule(
        r"CannotPull.*pull access denied|CannotPull.*no basic auth credentials",
        _BAD,
        "CannotPullContainer: denied",
        "The registry refused the pull, or the repository does not exist.",
        "Check the repository's name, and repositoryCredentials for a private registry.",
    ),
    rule(
        r"CannotPull.*(failed to resolve ref|not found|manifest unknown|does not exist)",
        _BAD,
        "CannotPullContainer: not found",
        "The image's tag or digest is not in the repository.",
        "Push the tag or correct it; keep running digests out of the lifecycle policy.",
    ),
    rule(
        r"CannotPull.*(role has the permissions|AccessDenied|not authorized|403 Forbidden)",
        _BAD,
        "CannotPullContainer: denied",
        "The image is absent, or the role may not read the repository.",
        "Check the tag, and grant the execution role (on EC2: the instance role) "
        "ecr:GetAuthorizationToken, ecr:BatchGetImage and ecr:GetDownloadUrlForLayer.",
    ),
    rule(
        r"CannotPull",
        _BAD,
        "CannotPullContainer",
        "The image could not be pulled.",
        "Check the image's name and tag, the execution role's ECR rights and the route to the "
        "registry.",
    ),
)

INITIALIZATION: tuple[Rule, ...] = (
    rule(
        r"ResourceInitializationError.*(failed to initialize logging driver|log group)",
        _BAD,
        "log driver failed",
        "The log group is missing, or the execution role may not write to it.",
        "Create the group, or set awslogs-create-group and grant logs:CreateLogGroup; grant "
        "logs:CreateLogStream and logs:PutLogEvents.",
    ),
    rule(
        r"(failed to invoke EFS utils|unable to get EFS|EFS volumes?|mount\.nfs4)",
        _BAD,
        "EFS mount failed",
        "The EFS file system could not be mounted.",
        "Give each availability zone a mount target, let the task's security group in on 2049, "
        "and with IAM on grant the task role elasticfilesystem:ClientMount.",
    ),
    rule(
        r"(secretsmanager|ssm):?\w*.*(AccessDenied|not authorized)|"
        r"(AccessDenied|not authorized).*(secretsmanager|ssm:|kms:)",
        _BAD,
        "secret denied",
        "The execution role may not read a secret the task refers to.",
        "Grant the execution role secretsmanager:GetSecretValue or ssm:GetParameters on it, and "
        "kms:Decrypt on its key.",
    ),
    rule(
        r"unable to pull secrets|fetching secret|retrieve secret|secrets? from (asm|ssm)",
        _BAD,
        "secret not readable",
        "A secret the task refers to could not be read.",
        "Check valueFrom (ARN, Region, JSON key), the execution role's rights and the route to "
        "Secrets Manager, SSM and KMS.",
    ),
    rule(
        r"ResourceInitializationError.*registry auth",
        _BAD,
        "no registry login",
        "The task could not get a login for the registry.",
        "Check the execution role's ecr:GetAuthorizationToken and the route to ecr.api.",
    ),
    rule(
        r"ResourceInitializationError",
        _BAD,
        "ResourceInitialization",
        "Something the task needs before its containers start could not be set up.",
        "Read the message below: it names the part that failed.",
    ),
)

RUNTIME: tuple[Rule, ...] = (
    rule(
        r"OutOfMemory|OOM.?killed|killed due to memory",
        _BAD,
        "OOM killed (137)",
        "The container used more memory than its hard limit.",
        "Raise its memory, or limit the heap of its runtime, or find the leak.",
    ),
    rule(
        r"Task failed ELB health checks",
        _BAD,
        "failed ELB health checks",
        "The load balancer's health check failed, so the service replaced the task.",
        "Check path, matcher and port of the target group and the security group between them; "
        "make healthCheckGracePeriodSeconds longer than the start takes.",
    ),
    rule(
        r"failed container health checks",
        _BAD,
        "failed health checks",
        "The container's own health check failed, so the service replaced the task.",
        "Check that its command exists in the image; give it startPeriod and timeout enough.",
    ),
    rule(
        r"CannotStartContainer",
        _BAD,
        "CannotStartContainer",
        "The container runtime could not start it.",
        "Read the message: often too little memory, a bad mount, user or command.",
    ),
    rule(
        r"CannotCreateVolume",
        _BAD,
        "CannotCreateVolume",
        "A volume of the task could not be made.",
        "Check the volume's driver or file system.",
    ),
    rule(
        r"(CannotStopContainer|CannotInspectContainer|ContainerRuntime|DockerTimeout)\w*",
        _BAD,
        "runtime unhealthy",
        "The container runtime of the host is slow or broken.",
        "Drain and replace the instance; on Fargate ECS tries again.",
    ),
    rule(
        r"exec format error",
        _BAD,
        "wrong CPU architecture",
        "The program was not built for the architecture the task runs on.",
        "Set runtimePlatform.cpuArchitecture, or push a multi-architecture image.",
    ),
)

PLACE: tuple[Rule, ...] = (
    rule(
        r"Create Network Interface.*subnet|InsufficientFreeAddresses|"
        r"subnet.*(free addresses|free ip)",
        _BAD,
        "subnet out of IPs",
        "The subnet has no free address for the task's network interface.",
        "Add a larger subnet to the service's network configuration.",
    ),
    rule(
        r"unused device index|RESOURCE:ENI",
        _BAD,
        "no free ENI",
        "The instance cannot take another network interface.",
        "Turn on ENI trunking (awsvpcTrunking), or use larger instances.",
    ),
    rule(
        r"not compatible with the selected compute strategy",
        _BAD,
        "wrong launch type",
        "The task definition does not allow this launch type.",
        "Add the launch type to requiresCompatibilities.",
    ),
    rule(r"RESOURCE:MEMORY", _BAD, "not enough memory", "No instance has that much memory free."),
    rule(r"RESOURCE:CPU", _BAD, "not enough CPU", "No instance has that much CPU free."),
    rule(r"RESOURCE:PORTS?", _BAD, "port in use", "The host port is taken on every instance."),
    rule(
        r"CapacityIsUnavailable|Capacity is unavailable",
        _BAD,
        "no capacity",
        "AWS has no capacity of this kind free at the moment.",
        "Allow more subnets and availability zones, or fall back from Spot to FARGATE.",
    ),
    rule(
        r"Spot (Task was interrupted|interruption)",
        _WARN,
        "Spot interrupted",
        "AWS took the Spot capacity back.",
        "Spread over zones, keep a base on FARGATE, and finish within two minutes of SIGTERM.",
    ),
    rule(
        r"Host EC2 \(instance (?P<host>[^)]*)\)",
        _WARN,
        "host {host} gone",
        "The EC2 instance below the task was stopped or terminated.",
        "Turn on managed draining; look at the Auto Scaling group's activities.",
    ),
    rule(
        r"Container instance deregistration",
        _WARN,
        "instance deregistered",
        "Somebody took the container instance out of the cluster by force.",
        "Drain instances before they are deregistered.",
    ),
    rule(
        r"performing maintenance on the underlying infrastructure|retirement",
        _WARN,
        "AWS maintenance",
        "AWS replaced the host below the task.",
        "Nothing, if the service runs more than one task.",
    ),
    rule(r"ECS Exec agent stopped", _WARN, "Exec agent stopped", "The agent of ECS Exec ended."),
    rule(
        r"ResourceNotFoundException",
        _BAD,
        "resource not found",
        "Something the task refers to does not exist.",
        "Correct the reference that the message names.",
    ),
    rule(r"Service ?Connect", _BAD, "Service Connect failed", "The Service Connect proxy failed."),
    rule(
        r"^InternalError",
        _BAD,
        "AWS internal error",
        "ECS failed on its own side, often attaching the network interface.",
        "Try again; if it stays, check the account's network interface quota.",
    ),
)

ALL: tuple[Rule, ...] = IMAGE + INITIALIZATION + RUNTIME + PLACE
