"""Fixtures that several folders of tests share."""

from collections.abc import Iterator

import keyring.backends.fail
import pytest
from hypothesis import HealthCheck, settings

from tests.keyrings import using
from tests.office import office
from tests.smtp_server import certificates

__all__ = ["certificates", "office"]

# How fast an example runs says more of the machine than of us; what is fast enough is held in benchmarks/.
settings.register_profile(
    "kesu",
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
settings.load_profile("kesu")


@pytest.fixture(autouse=True)
def _no_keyring() -> Iterator[None]:
    """No test reads this computer's keyring, nor one that another test defines: the library takes the best class it
    knows of when it is first asked."""
    with using(keyring.backends.fail.Keyring()):
        yield
