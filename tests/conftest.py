"""Fixtures that several folders of tests share."""

from tests.smtp_server import certificates

__all__ = ["certificates"]
