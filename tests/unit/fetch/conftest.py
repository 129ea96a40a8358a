"""What the tests of the fetch room share."""

import pytest
from unit.fetch.servers import Names

from aggregator.fetch import address


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """Put a resolver in place that answers what the test says."""
    names = Names()
    monkeypatch.setattr(address, "resolve", names.resolve)
    return names
