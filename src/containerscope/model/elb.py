"""Load balancers, what they listen to, and the targets behind them.

Names and meanings as in the Elastic Load Balancing v2 API 2015-12-01.
"""

from __future__ import annotations

from datetime import datetime

import msgspec


class Matcher(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """The answers that a health check takes for healthy."""

    http_code: str | None = None
    grpc_code: str | None = None


class TargetGroup(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """Targets that take the same traffic, and how their health is checked."""

    target_group_arn: str | None = None
    target_group_name: str | None = None
    protocol: str | None = None
    protocol_version: str | None = None
    port: int | None = None
    vpc_id: str | None = None
    target_type: str | None = None
    """`ip`, `instance`, `lambda` or `alb`."""
    ip_address_type: str | None = None
    load_balancer_arns: tuple[str, ...] | None = ()
    health_check_enabled: bool | None = None
    health_check_protocol: str | None = None
    health_check_port: str | None = None
    health_check_path: str | None = None
    health_check_interval_seconds: int | None = None
    health_check_timeout_seconds: int | None = None
    healthy_threshold_count: int | None = None
    unhealthy_threshold_count: int | None = None
    matcher: Matcher | None = None


class TargetGroupAttribute(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A setting of a target group: `deregistration_delay.timeout_seconds`."""

    key: str | None = None
    value: str | None = None


class TargetDescription(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """Who a target is: an IP address, an instance id or an ARN, and its port."""

    id: str | None = None
    port: int | None = None
    availability_zone: str | None = None


class TargetHealth(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """The state of a target; `reason` is a code and `description` a sentence."""

    state: str | None = None
    reason: str | None = None
    description: str | None = None


class AnomalyDetection(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """Whether the load balancer thinks a target anomalous, and sends it less."""

    result: str | None = None
    mitigation_in_effect: str | None = None


class AdministrativeOverride(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A zonal shift that keeps traffic away from a target."""

    state: str | None = None
    reason: str | None = None
    description: str | None = None


class TargetHealthDescription(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A target of a group and how it does."""

    target: TargetDescription | None = None
    health_check_port: str | None = None
    target_health: TargetHealth | None = None
    anomaly_detection: AnomalyDetection | None = None
    administrative_override: AdministrativeOverride | None = None


class LoadBalancerState(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """Whether a load balancer works."""

    code: str | None = None
    reason: str | None = None


class LoadBalancerZone(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """An availability zone that a load balancer is enabled in."""

    zone_name: str | None = None
    subnet_id: str | None = None


class LoadBalancer(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """An Application, Network or Gateway Load Balancer."""

    load_balancer_arn: str | None = None
    load_balancer_name: str | None = None
    dns_name: str | None = msgspec.field(default=None, name="DNSName")
    type: str | None = None
    scheme: str | None = None
    state: LoadBalancerState | None = None
    vpc_id: str | None = None
    availability_zones: tuple[LoadBalancerZone, ...] | None = ()
    security_groups: tuple[str, ...] | None = ()
    ip_address_type: str | None = None
    created_time: datetime | None = None


class TargetGroupTuple(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A target group and its share of what a rule forwards."""

    target_group_arn: str | None = None
    weight: int | None = None


class StickinessConfig(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """Whether a client stays with the target group it was sent to."""

    enabled: bool | None = None
    duration_seconds: int | None = None


class ForwardActionConfig(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """The target groups that share the traffic of a rule."""

    target_groups: tuple[TargetGroupTuple, ...] | None = ()
    target_group_stickiness_config: StickinessConfig | None = None


class RedirectActionConfig(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """Where a client is sent on to."""

    protocol: str | None = None
    port: str | None = None
    host: str | None = None
    path: str | None = None
    query: str | None = None
    status_code: str | None = None


class FixedResponseActionConfig(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """What the load balancer itself answers."""

    status_code: str | None = None
    content_type: str | None = None
    message_body: str | None = None


class Action(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """What a listener or a rule does with a request."""

    type: str | None = None
    order: int | None = None
    target_group_arn: str | None = None
    forward_config: ForwardActionConfig | None = None
    redirect_config: RedirectActionConfig | None = None
    fixed_response_config: FixedResponseActionConfig | None = None


class Certificate(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """The default certificate of a listener."""

    certificate_arn: str | None = None


class Listener(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A port of a load balancer."""

    listener_arn: str | None = None
    load_balancer_arn: str | None = None
    port: int | None = None
    protocol: str | None = None
    certificates: tuple[Certificate, ...] | None = ()
    ssl_policy: str | None = None
    default_actions: tuple[Action, ...] | None = ()


class PatternConfig(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """The host names or paths that a rule takes."""

    values: tuple[str, ...] | None = ()
    regex_values: tuple[str, ...] | None = ()


class ValuesConfig(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """The request methods or source addresses that a rule takes."""

    values: tuple[str, ...] | None = ()


class HttpHeaderConfig(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """The values of a header that a rule takes."""

    http_header_name: str | None = None
    values: tuple[str, ...] | None = ()
    regex_values: tuple[str, ...] | None = ()


class QueryStringPair(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A parameter of a query string; without a key, any parameter of this value."""

    key: str | None = None
    value: str | None = None


class QueryStringConfig(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """The query parameters that a rule takes."""

    values: tuple[QueryStringPair, ...] | None = ()


class RuleCondition(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """What a request must be like; `values` is the older way to say it for host and path."""

    field: str | None = None
    values: tuple[str, ...] | None = ()
    regex_values: tuple[str, ...] | None = ()
    host_header_config: PatternConfig | None = None
    path_pattern_config: PatternConfig | None = None
    http_header_config: HttpHeaderConfig | None = None
    query_string_config: QueryStringConfig | None = None
    http_request_method_config: ValuesConfig | None = None
    source_ip_config: ValuesConfig | None = None


class Rule(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A rule of a listener; the first whose conditions all hold is carried out."""

    rule_arn: str | None = None
    priority: str | None = None
    """A number as text, or `default`."""
    conditions: tuple[RuleCondition, ...] | None = ()
    actions: tuple[Action, ...] | None = ()
    is_default: bool | None = None


class TargetRow(msgspec.Struct, frozen=True, gc=False):
    """A target as a row of its own, with its group and the task it is."""

    group: TargetGroup = TargetGroup()
    health: TargetHealthDescription = TargetHealthDescription()
    task: str = ""
    """The ARN of the task; empty where none has its address."""
    container: str = ""
    joined: bool = False
    """Whether tasks were looked at, so that no task means a stranger."""
