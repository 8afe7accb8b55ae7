"""What is known of Port's Helm chart port-ocean (0.24): its values, and what it makes of them."""

import json
from collections.abc import Iterator
from typing import Any

from humps import decamelize

# Where our values stand in it, as dotted paths. Below those with a star everything is ours.
PATHS = {
    "allowEnvironmentVariablesJqAccess",
    "containerSecurityContext.*",
    "extraEnv",
    "extraVolumeMounts",
    "extraVolumes",
    "image",
    "imagePullPolicy",
    "imageRegistry",
    "ingress.annotations.*",
    "ingress.className",
    "ingress.enabled",
    "ingress.host",
    "ingress.path",
    "ingress.pathType",
    "ingress.tls",
    "integration.config.*",
    "integration.eventListener.brokers",
    "integration.eventListener.type",
    "integration.identifier",
    "integration.type",
    "podSecurityContext.*",
    "port.baseUrl",
    "resources.limits.cpu",
    "resources.limits.memory",
    "resources.requests.cpu",
    "resources.requests.memory",
    "scheduleConcurrencyPolicy",
    "scheduledResyncInterval",
    "secret.create",
    "secret.name",
    "terminationGracePeriodSeconds",
    "workload.cron.resyncOnInstall",
    "workload.cron.resyncOnUpgrade",
    "workload.cron.resyncTimeoutMinutes",
    "workload.deployment.rolloutStrategy",
    "workload.kind",
}


def paths(values: dict[str, Any], above: str = "") -> Iterator[str]:
    """The dotted paths of values, each with all of its keys or with the star it falls under."""
    for key, value in values.items():
        path = f"{above}{key}"
        if f"{path}.*" in PATHS:
            yield f"{path}.*"
        elif isinstance(value, dict):
            yield from paths(value, f"{path}.")
        else:
            yield path


def environment(values: dict[str, Any]) -> dict[str, str]:
    """The container's variables, but for those of the Secret."""
    integration = values["integration"]
    listener = {key: value for key, value in integration["eventListener"].items() if value}
    made = {
        "OCEAN__PORT__BASE_URL": values["port"]["baseUrl"],
        "OCEAN__EVENT_LISTENER": json.dumps(listener),
        "OCEAN__INTEGRATION__IDENTIFIER": integration["identifier"],
        "OCEAN__INTEGRATION__TYPE": integration["type"],
        "OCEAN__ALLOW_ENVIRONMENT_VARIABLES_JQ_ACCESS": str(
            values["allowEnvironmentVariablesJqAccess"]
        ).lower(),
    }
    if values["workload"]["kind"] == "Deployment":
        made["OCEAN__SCHEDULED_RESYNC_INTERVAL"] = str(values["scheduledResyncInterval"])
    for name, value in integration["config"].items():
        made[f"OCEAN__INTEGRATION__CONFIG__{decamelize(name).upper()}"] = str(value)
    return made | {row["name"]: row["value"] for row in values.get("extraEnv", [])}
