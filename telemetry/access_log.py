"""The web server's line for each request: not for those that are answered as they should be."""

import logging
from collections.abc import Iterable

ACCESS_LOG = "uvicorn.access"


class WithoutUsual(logging.Filter):
    """Leaves out deliveries, scrapes and probes that were answered well.

    A burst would be a thousand lines beside the one that says what became of it. Whatever is
    refused, or asked for elsewhere, keeps its line.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        super().__init__()
        self._paths = frozenset(paths)

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is worth it: by client, method, path, version and status."""
        match record.args:
            case (_, _, str(path), _, int(status)):
                return path.partition("?")[0].rstrip("/") not in self._paths or status >= 300
        return True


def without_usual(paths: Iterable[str]) -> None:
    """Have these paths left out from now on; to be called when the server has set up its log."""
    logging.getLogger(ACCESS_LOG).addFilter(WithoutUsual(paths))
