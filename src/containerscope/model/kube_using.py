"""Objects as far as they name others: config maps, secrets, claims, accounts, services."""

from __future__ import annotations

from typing import Any

import msgspec

from containerscope.model.kube import Meta, Reference
from containerscope.model.kube_pod import Container, NamedSource, Pod, PodSpec, Volume
from containerscope.model.kube_workload import (
    CronJob,
    CronJobSpec,
    Job,
    JobSpec,
    JobTemplate,
    Template,
    Workload,
    WorkloadSpec,
)


class EnvSource(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Where the value of a variable comes from."""

    config_map_key_ref: NamedSource | None = None
    secret_key_ref: NamedSource | None = None


class Env(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A variable; its value is not read."""

    name: str | None = None
    value_from: EnvSource | None = None


class EnvFrom(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Variables of a whole config map or secret."""

    config_map_ref: NamedSource | None = None
    secret_ref: NamedSource | None = None


class UsingContainer(Container, frozen=True, rename="camel"):
    """A container with its variables."""

    env: tuple[Env, ...] | None = None
    env_from: tuple[EnvFrom, ...] | None = None


class Projection(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """One of the sources of a projected volume."""

    config_map: NamedSource | None = None
    secret: NamedSource | None = None


class Projected(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A volume made of several things."""

    sources: tuple[Projection, ...] | None = None


class SecretOfDriver(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A volume that a CSI driver makes for the pod alone."""

    node_publish_secret_ref: NamedSource | None = None


class UsingVolume(Volume, frozen=True, rename="camel"):
    """A volume with everything that it may be made of."""

    projected: Projected | None = None
    csi: SecretOfDriver | None = None


class UsingSpec(PodSpec, frozen=True, rename="camel"):
    """What a pod is to be, with all that it names."""

    containers: tuple[UsingContainer, ...] | None = None
    init_containers: tuple[UsingContainer, ...] | None = None
    volumes: tuple[UsingVolume, ...] | None = None
    image_pull_secrets: tuple[NamedSource, ...] | None = None


class UsingPod(Pod, frozen=True, rename="camel"):
    """A pod with all that it names."""

    spec: UsingSpec | None = None


class UsingTemplate(Template, frozen=True, rename="camel"):
    """What pods are made from, with all that it names."""

    spec: UsingSpec | None = None


class UsingWorkloadSpec(WorkloadSpec, frozen=True, rename="camel"):
    """What a workload is to be, with all that it names."""

    template: UsingTemplate | None = None


class UsingWorkload(Workload, frozen=True, rename="camel"):
    """A workload with all that it names."""

    spec: UsingWorkloadSpec | None = None


class UsingJobSpec(JobSpec, frozen=True, rename="camel"):
    """What a job is to do, with all that it names."""

    template: UsingTemplate | None = None


class UsingJob(Job, frozen=True, rename="camel"):
    """A job with all that it names."""

    spec: UsingJobSpec | None = None


class UsingJobTemplate(JobTemplate, frozen=True, rename="camel"):
    """What jobs are made from, with all that it names."""

    spec: UsingJobSpec | None = None


class UsingCronSpec(CronJobSpec, frozen=True, rename="camel"):
    """When a cron job runs what."""

    job_template: UsingJobTemplate | None = None


class UsingCron(CronJob, frozen=True, rename="camel"):
    """A cron job with all that it names."""

    spec: UsingCronSpec | None = None


class Binding(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A role binding: whom it gives a role."""

    metadata: Meta | None = None
    role_ref: Reference | None = None
    subjects: tuple[Reference, ...] | None = None


class KubeUse(msgspec.Struct, frozen=True, gc=False):
    """An object that uses something, and as what."""

    kind: str = ""
    value: Any = None
    ways: tuple[str, ...] = ()
    """`volume config`, `variable DATABASE_URL of app`, `backend of /`."""

    @property
    def metadata(self) -> Meta:
        """That of the object."""
        found: Meta | None = self.value.metadata
        return found or Meta()
