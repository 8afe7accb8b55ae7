"""What the front is told: the same variables as the integration, and none of Port's or Jira's."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from port_ocean.config.settings import IntegrationConfiguration, PortSettings

from jira.errors import SettingsError
from jira.settings import DoorSettings
from jira.signature import App, secrets_of
from redis_link.link import RedisLink, link_of


@dataclass(frozen=True)
class FrontSettings:
    """What deliveries are signed with, under which addresses they come, and where they go.

    `prefixes` are what may stand before the integration's own paths: a proxy takes away the base
    URL's, or leaves it.
    """

    link: RedisLink
    prefixes: tuple[str, ...]
    door: DoorSettings
    secrets: tuple[str, ...] = field(repr=False)
    app: App | None = None
    """The OAuth app whose webhooks send here, where its client secret is known."""

    @classmethod
    def of(cls, given: IntegrationConfiguration) -> "FrontSettings":
        """Read the framework's settings. Raises SettingsError, which says what is missing."""
        door = DoorSettings.from_config(given.integration.config)
        secrets = secrets_of(
            door.token, given.integration.identifier, door.secret, door.secret_previous
        )
        if not secrets and not door.app_secret and not door.allow_unsigned:
            raise SettingsError(
                "there is nothing to verify deliveries with: set webhookSecret, or, as the "
                "integration has it, oauthClientSecret, or atlassianUserToken with "
                "OCEAN__INTEGRATION__IDENTIFIER."
            )
        link = link_of(given, given.base_url)
        if link is None:
            raise SettingsError("OCEAN__LIVE_EVENTS__REDIS__URL is missing: where deliveries go.")
        route = f"/{given.path_prefix.strip('/')}" if given.path_prefix else ""
        before = urlsplit(given.base_url or "").path.rstrip("/")
        prefixes = dict.fromkeys((f"{before}{route}", before, route))
        url = f"{(given.base_url or '').rstrip('/')}/integration/webhook"
        app = App.at(url, door.app_secret) if door.app_secret else None
        return cls(link, tuple(prefixes), door, secrets, app)


def read_settings() -> FrontSettings:
    """From the environment, `.env` and `config.yaml`, as the integration. Raises SettingsError."""
    try:
        # The framework's settings ask for credentials of Port, which the front never uses.
        given = IntegrationConfiguration(port=PortSettings(client_id="", client_secret=""))
    except ValueError as error:
        raise SettingsError(f"the settings can't be read: {error}") from error
    return FrontSettings.of(given)
