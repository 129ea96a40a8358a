"""No machine's tesseract is used, but where a test asks for it."""

import pytest

from aggregator.readers.documents import recognition


@pytest.fixture
def without_recognition(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognition, "can_recognise", lambda: False)
