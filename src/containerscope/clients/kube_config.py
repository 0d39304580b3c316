"""The way into the cluster of a kubeconfig context: token, certificate or exec plugin."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any

from containerscope.clients import process
from containerscope.model.kube import KubeError, Status
from containerscope.model.listing import ApiError, Problem, Why

_PLUGIN_SECONDS = 60.0


class KubeconfigDoor:
    """Reads one context of a kubeconfig; plugins run through `clients.process` alone."""

    def __init__(self, file: Path | None, context: str, *, read_only: bool) -> None:
        self._file = file
        self._context = context
        self._read_only = read_only
        self._configuration: Any = None
        self._loader: Any = None
        self._reading = asyncio.Lock()

    async def configuration(self) -> Any:
        """Server, certificates, proxy and the first token."""
        async with self._reading:
            await self._sign_in()
        return self._configuration

    async def _sign_in(self) -> None:
        try:
            if self._loader is None:
                self._loader, self._configuration = await asyncio.to_thread(
                    _opened, self._path(), self._context
                )
            user = self._loader._user
            if user is not None and "exec" in user and self._loader.provider is None:
                await self._run_plugin(user["exec"])
            else:
                await self._loader._load_authentication()
            await asyncio.to_thread(self._loader._load_cluster_info)
            self._loader._set_config(self._configuration)
        except ApiError:
            raise
        except Exception as error:
            raise self._problem(f"{error}") from error

    def _path(self) -> str:
        given = self._file or os.environ.get("KUBECONFIG") or Path.home() / ".kube" / "config"
        return str(given)

    async def _run_plugin(self, wanted: Any) -> None:
        """Ask the exec plugin for a token or a certificate, as kubectl does."""
        command = [str(wanted["command"]), *(wanted.value.get("args") or ())]
        environment = {
            **os.environ,
            **{each["name"]: each["value"] for each in wanted.value.get("env") or ()},
            "KUBERNETES_EXEC_INFO": json.dumps(
                {
                    "apiVersion": wanted["apiVersion"],
                    "kind": "ExecCredential",
                    "spec": {"interactive": False},
                }
            ),
        }
        ended = await process.run(
            process.Purpose.CREDENTIALS,
            command,
            read_only=self._read_only,
            timeout=_PLUGIN_SECONDS,
            environment=environment,
        )
        if ended.code != 0:
            said = (ended.err.strip().splitlines() or [f"it ended with {ended.code}"])[-1]
            raise self._problem(f"{command[0]}: {said}", Why.EXPIRED)
        try:
            status = json.loads(ended.out)["status"]
        except (ValueError, KeyError, TypeError):
            # What it printed may hold a token: it is not repeated.
            raise self._problem(f"{command[0]} did not print an ExecCredential") from None
        if "token" in status:
            self._loader.token = f"Bearer {status['token']}"
        elif "clientCertificateData" in status:
            self._take_certificate(status)

    def _take_certificate(self, status: dict[str, str]) -> None:
        from kubernetes.aio.config import kube_config

        untyped: Any = kube_config
        for name, key in (("cert_file", "clientCertificateData"), ("key_file", "clientKeyData")):
            data = untyped.FileOrData(status, None, data_key_name=key, base64_file_content=False)
            setattr(self._loader, name, data.as_file())

    def _problem(self, said: str, why: Why = Why.FAILED) -> KubeError:
        message = f"context {self._context} of {self._path()}: {said}"
        remedy = f"see whether `kubectl --context {self._context} get ns` works"
        return KubeError(Problem(why, "kubernetes:connect", message, remedy=remedy))

    async def authorization(self) -> str:
        """The token of the context; empty where a certificate does it."""
        found: str = (self._configuration.api_key or {}).get("BearerToken", "")
        return found

    async def turned_away(self, status: Status, operation: str, *, again: bool) -> ApiError | None:
        """Sign in once more; then say that the login has ended."""
        if not again:
            async with self._reading:
                await self._sign_in()
            return None
        message = f"{self._context} does not accept this login: {status.message or 'Unauthorized'}"
        return KubeError(
            Problem(
                Why.EXPIRED,
                operation,
                message,
                remedy=f"sign in again as kubectl does for the context {self._context}",
                where=self._context,
            ),
            401,
        )

    async def unreachable(self, error: BaseException, operation: str) -> ApiError:
        """Why there was no answer, as far as the network says."""
        host = self._configuration.host if self._configuration is not None else self._context
        message = f"{host} does not answer: {str(error) or type(error).__name__}"
        remedy = "check the network, the VPN and the proxy"
        return KubeError(
            Problem(Why.UNREACHABLE, operation, message, remedy=remedy, where=self._context)
        )


def _opened(path: str, context: str) -> tuple[Any, Any]:
    from kubernetes.aio.client import Configuration
    from kubernetes.aio.config import kube_config

    untyped: Any = kube_config
    merged = untyped.KubeConfigMerger(path)
    if merged.config is None:
        raise FileNotFoundError(f"there is no file {path}")
    loader = untyped.KubeConfigLoader(
        merged.config, active_context=context or None, config_base_path=None
    )
    configuration = Configuration()
    configuration.disable_strict_ssl_verification = True
    return loader, configuration
