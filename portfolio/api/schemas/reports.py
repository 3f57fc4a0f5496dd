"""The shapes of figures, made from the frozen reports themselves: what a report has is what the API describes."""

import dataclasses
import datetime as dt
import types
import typing
from decimal import Decimal
from functools import cache
from typing import Any

from rest_framework import serializers

from portfolio.api.schemas.responses import Shape, number
from portfolio.engine.reports import AllocationReport, HoldingsReport, LotsReport, PerformanceReport
from portfolio.engine.shown_series import SeriesPoint, ShownSeries
from portfolio.selectors.percentages import SAFE

# What cannot be a name in Python.
RENAMED = {"from_": "from"}
# An import has problems too, of another shape.
NAMES = {"Problem": "FigureProblem"}
DOCUMENTS = frozenset({HoldingsReport, PerformanceReport, AllocationReport})
HIDDEN = "There, and true, where only percentages are shared with you: amounts are null, lists of them empty, and values of a series count from 100."


@cache
def describe(report: type[Any]) -> type[Shape]:
    """Return the serializer class that describes a report."""
    hints = typing.get_type_hints(report)
    safe = SAFE.get(report, hints)
    fields = {RENAMED.get(name, name): _field_of(hint, is_hidden=name not in safe) for name, hint in hints.items()}
    if report in DOCUMENTS:
        fields["percentages_only"] = serializers.BooleanField(required=False, help_text=HIDDEN)
    return type(f"{NAMES.get(report.__name__, report.__name__)}Serializer", (Shape,), fields)


def _field_of(hint: Any, *, is_hidden: bool = False) -> serializers.Field[Any, Any, Any, Any]:
    """`is_hidden`: null for who may see only percentages."""
    inner, optional = _without_none(hint)
    optional = optional or is_hidden
    origin, arguments = (tuple, (SeriesPoint,)) if inner is ShownSeries else (typing.get_origin(inner), typing.get_args(inner))
    if inner is Decimal:
        return number(null=optional)
    if dataclasses.is_dataclass(inner) or hasattr(inner, "_fields"):
        return describe(typing.cast("typing.Hashable", inner))(allow_null=optional)
    if origin is tuple and (dataclasses.is_dataclass(arguments[0]) or hasattr(arguments[0], "_fields")):
        return describe(typing.cast("typing.Hashable", arguments[0]))(many=True)
    if origin is tuple:
        return serializers.ListField(child=_field_of(arguments[0]))
    if origin is dict:
        return serializers.DictField(child=_field_of(arguments[1]))
    plain: dict[Any, type[serializers.Field[Any, Any, Any, Any]]] = {
        str: serializers.CharField,
        bool: serializers.BooleanField,
        int: serializers.IntegerField,
        float: serializers.FloatField,
        dt.date: serializers.DateField,
    }
    return plain[inner](allow_null=optional)


def _without_none(hint: Any) -> tuple[Any, bool]:
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        kept = [part for part in typing.get_args(hint) if part is not type(None)]
        return kept[0], len(kept) < len(typing.get_args(hint))
    return hint, False


HoldingsSerializer = describe(HoldingsReport)
PerformanceSerializer = describe(PerformanceReport)
LotsSerializer = describe(LotsReport)
AllocationSerializer = describe(AllocationReport)
