"""Whether an event is our webhook's: the door's word for it, or its signature."""

from loguru import logger
from port_ocean.core.handlers.webhook.webhook_event import WebhookEvent

from initialize_client import app_webhooks, get_settings, webhook_secrets
from jira.app_webhook_choice import EVENTS
from jira.payloads import event_name
from jira.signature import DeliveryRefusedError, verify
from webhook_processors.queued_event import DELIVERY_ID, QueuedEvent


async def is_authentic(event: WebhookEvent) -> bool:
    """True for what the door let in; what came another way is verified over its raw bytes."""
    if isinstance(event, QueuedEvent):
        return True
    headers = {name.lower(): value for name, value in event.headers.items()}
    name = headers.get(DELIVERY_ID, "")
    request = event._original_request
    if request is None:
        logger.warning(f"Refused the delivery {name!r}: its raw bytes are lost")
        return False
    try:
        is_hint = verify(
            await request.body(),
            {name.lower(): value for name, value in request.headers.items()},
            webhook_secrets(),
            allow_unsigned=get_settings().allow_unsigned_webhooks,
            app=app_webhooks(),
        )
    except DeliveryRefusedError as error:
        logger.warning(f"Refused the delivery {name!r}: {error}")
        return False
    if is_hint and event_name(event.payload) not in EVENTS:
        logger.warning(f"Refused the delivery {name!r}: not signed, and not what apps are told of")
        return False
    return True
