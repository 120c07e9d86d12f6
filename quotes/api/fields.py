"""Fields that take what they say and nothing that merely could be read as that."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

_SHOWABLE = re.compile(r"[A-Za-z0-9_.-]{1,40}")


class _TextOnly:
    """A JSON number or list is not taken for a text, and never written out as one."""

    def run_validation(self, data: Any = empty) -> Any:
        if data is not empty and data is not None and not isinstance(data, str):
            raise serializers.ValidationError("Not a text.", code="invalid")
        return super().run_validation(data)  # type: ignore[misc]


class Text(_TextOnly, serializers.CharField):
    pass


class Day(_TextOnly, serializers.DateField):
    pass


class Choice(_TextOnly, serializers.ChoiceField):
    def __init__(self, choices: list[str], **kwargs: Any) -> None:
        wrong = {"invalid_choice": f"One of {', '.join(choices)}."}  # and not what was sent
        super().__init__(choices=choices, error_messages=wrong, **kwargs)


@extend_schema_field(OpenApiTypes.STR)
class DecimalText(Text):
    """A number as a text such as "61.25", because a JSON number goes through a float."""

    def __init__(self, *, digits: int, places: int, above_zero: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.pattern = re.compile(rf"[0-9]{{1,{digits - places}}}(\.[0-9]{{1,{places}}})?")
        self.places, self.above_zero = places, above_zero

    def to_internal_value(self, data: str) -> Decimal:
        text = super().to_internal_value(data)
        if not self.pattern.fullmatch(text):
            raise serializers.ValidationError(
                f'Not a number as a text such as "61.25", with at most {self.places} decimals.'
            )
        if self.above_zero and not Decimal(text):
            raise serializers.ValidationError("Must be above zero.")
        return Decimal(text)


class StrictSerializer(serializers.Serializer):
    """Refuses fields it does not know: a misspelt one would be lost without a word."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            for name in data:
                if name not in self.fields:
                    shown = name if _SHOWABLE.fullmatch(name) else "?"
                    raise serializers.ValidationError({shown: ["This field is not known."]})
        return super().to_internal_value(data)
