"""Two invented ERPs: a plain one, and one with everything that home-grown APIs do otherwise."""

from integrations.adapters.custom.sandbox.odd import OddErp
from integrations.adapters.custom.sandbox.plain import PlainErp

__all__ = ["OddErp", "PlainErp"]
