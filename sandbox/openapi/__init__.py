"""What Atlassian publishes of the paths that are called, and the check of requests against it."""

from sandbox.openapi.check import OpenApiCheck

__all__ = ["OpenApiCheck"]
