"""Fixtures that several folders of tests share."""

from collections.abc import Iterator

import keyring.backends.fail
import pytest

from tests.keyrings import using
from tests.smtp_server import certificates

__all__ = ["certificates"]


@pytest.fixture(autouse=True)
def _no_keyring() -> Iterator[None]:
    """No test reads this computer's keyring, nor one that another test defines: the library takes the best class it
    knows of when it is first asked."""
    with using(keyring.backends.fail.Keyring()):
        yield
