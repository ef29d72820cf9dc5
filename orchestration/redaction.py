"""Keeping secrets out of what is written down or sent."""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import SecretStr

from orchestration.settings import Settings

_HIDDEN = "***"


def without_secrets(settings: Settings, text: str) -> str:
    """The text, with every secret of the settings hidden, wherever it got in from.

    Of an address the path is a secret, too: receivers of alerts know their senders by it, and repeat it in errors.
    """
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            secret = value.get_secret_value()
            address = urlsplit(secret) if "://" in secret else None
            parts = (secret, address.path, address.query) if address else (secret,)
            for part in parts:
                if part.strip("/"):
                    text = text.replace(part, _HIDDEN)
    return text
