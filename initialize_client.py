"""The settings and the client of this process, each made once."""

from functools import cache, partial

from loguru import logger
from port_ocean.context.ocean import ocean
from port_ocean.core.integrations.mixins.utils import is_lakehouse_data_enabled
from port_ocean.log.sensetive import sensitive_log_filter

from client import JiraClient
from jira.http.api import JiraApi, find_cloud_id
from jira.http.auth import Authentication, BasicAuthentication, BearerAuthentication
from jira.http.limiter import Limiter
from jira.http.quota import Quota
from jira.http.transport import build_http_client
from jira.live_events import manages_app_webhooks
from jira.settings import JiraSettings, is_gateway
from jira.signature import App, secrets_of
from redis_link.link import RedisLink, link_of
from telemetry import metrics


@cache
def get_settings() -> JiraSettings:
    """The checked settings. Raises SettingsError."""
    return JiraSettings.from_config(
        ocean.integration_config,
        identifier=ocean.config.integration.identifier,
        base_url=ocean.app.base_url,
        oauth_token_file=ocean.config.oauth_access_token_file_path,
    )


@cache
def create_jira_client() -> JiraClient:
    """The client of this process: one rate limiter for everything that asks Jira."""
    settings = get_settings()
    # An app has so many points an hour; API tokens have no such quota.
    quota = Quota(settings.quota_share_percent) if settings.oauth_token_file else None
    if quota is not None:
        metrics.POINTS_LEFT.of(quota.left)
    http = build_http_client(
        Limiter(settings.max_concurrent_requests, settings.rate_share_percent),
        timeout=ocean.config.client_timeout,
        quota=quota,
    )
    authentication: Authentication
    if settings.oauth_token_file is not None:
        authentication = BearerAuthentication(
            settings.host, settings.oauth_token_file, partial(find_cloud_id, http)
        )
    else:
        authentication = BasicAuthentication(settings.host, settings.email, settings.token)
        sensitive_log_filter.hide_sensitive_strings(*authentication.secrets())
    logger.info(f"Jira is asked with {authentication.describe()}")
    site = None if is_gateway(settings.host) else settings.host
    return JiraClient(JiraApi(http, authentication, site, quota), settings.organization_id)


@cache
def redis_link() -> RedisLink | None:
    """The Redis that processes of this integration share; None where there is one process.

    Raises SettingsError.
    """
    return link_of(ocean.config, ocean.config.base_url or ocean.app.base_url)


async def whole_issues() -> bool:
    """Whether issues are read with all fields: as the setting says, or where rows leave as rows."""
    return not get_settings().only_mapped_fields or await is_lakehouse_data_enabled()


@cache
def webhook_secrets() -> tuple[str, ...]:
    """The secrets that a delivery may be signed with; the first is the one Jira is given.

    None at all, and every delivery is refused, where there is neither webhookSecret nor a token
    to derive one from.
    """
    settings = get_settings()
    secrets = secrets_of(
        settings.token,
        settings.identifier,
        settings.webhook_secret,
        settings.webhook_secret_previous,
    )
    sensitive_log_filter.hide_sensitive_strings(*secrets)
    return secrets


@cache
def app_webhooks() -> App | None:
    """The OAuth app whose webhooks send here, where the integration is one that registers them."""
    settings = get_settings()
    if settings.webhook_url is None or not manages_app_webhooks(settings):
        return None
    return App.at(settings.webhook_url, settings.oauth_client_secret)
