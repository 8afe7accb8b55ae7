"""The settings and the client of this process, each made once."""

from functools import cache

from port_ocean.context.ocean import ocean
from port_ocean.log.sensetive import sensitive_log_filter

from client import JiraClient
from jira.api import JiraApi
from jira.auth import BasicAuthentication
from jira.limiter import Limiter
from jira.settings import JiraSettings
from jira.signature import derived_secret
from jira.transport import build_http_client


@cache
def get_settings() -> JiraSettings:
    """The checked settings. Raises SettingsError."""
    return JiraSettings.from_config(
        ocean.integration_config,
        identifier=ocean.config.integration.identifier,
        base_url=ocean.app.base_url,
    )


@cache
def create_jira_client() -> JiraClient:
    """The client of this process: one rate limiter for everything that asks Jira."""
    settings = get_settings()
    authentication = BasicAuthentication(settings.host, settings.email, settings.token)
    sensitive_log_filter.hide_sensitive_strings(*authentication.secrets())
    limiter = Limiter(settings.max_concurrent_requests)
    http = build_http_client(limiter, timeout=ocean.config.client_timeout)
    return JiraClient(JiraApi(http, authentication), settings.max_concurrent_requests)


@cache
def webhook_secrets() -> tuple[str, ...]:
    """The secrets that a delivery may be signed with; the first is the one Jira is given."""
    settings = get_settings()
    derived = derived_secret(settings.token, settings.identifier)
    sensitive_log_filter.hide_sensitive_strings(derived)
    candidates = (settings.webhook_secret, derived, settings.webhook_secret_previous)
    return tuple(secret for secret in candidates if secret)
