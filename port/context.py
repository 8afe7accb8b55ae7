"""The context that live events and background work begin in."""

import contextvars

from port_ocean.clients.port.client import PortClient


def context_of_no_event(port: PortClient) -> contextvars.Context:
    """A context that is in no event yet, and has Port's HTTP client.

    The framework keeps a client for each context. One that is made anew for a task costs a new
    connection and reading the certificates, 30 ms at least, and nobody closes it: so tasks begin in
    copies of this context.
    """
    context = contextvars.Context()
    context.run(lambda: port.client.is_closed)
    return context
