"""Database fields that keep amounts exact on both databases."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.expressions import Combinable
from django.db.models.lookups import IntegerGreaterThanOrEqual, IntegerLessThan
from django.utils.translation import gettext_lazy as _

from qa_portal.core.numbers import shifted

LARGEST = 40  # digits before the point


class ScaledDecimalField(models.BigIntegerField):
    """A Decimal kept as a whole number of its smallest unit.

    SQLite has no decimal type: it stores Django's DecimalField as a binary float and adds floats in
    SUM(). Whole numbers add exactly on both databases, so amounts (万元 with six places, that is 分)
    and scores are stored as `value × 10**decimal_places`. Python sees Decimal; lookups, SUM, MIN and
    MAX work; AVG does not (use a Fraction of sum and count). A value with more places is refused.
    """

    # what django-stubs shall think of the attribute: a Decimal, not the stored integer
    _pyi_private_set_type: Decimal | int | Combinable  # type: ignore[assignment]
    _pyi_private_get_type: Decimal  # type: ignore[assignment]
    _pyi_lookup_exact_type: Decimal | int  # type: ignore[assignment]
    _validators: list[Any]

    description = _("Exact decimal with %(decimal_places)s places")

    def __init__(self, *args: Any, decimal_places: int = 2, **kwargs: Any) -> None:
        self.decimal_places = decimal_places
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "decimal_places": self.decimal_places}

    def to_python(self, value: Any) -> Decimal | None:
        if value is None or isinstance(value, Decimal):
            return value
        try:
            return Decimal(str(value))
        except InvalidOperation:
            raise ValidationError(_("“%(value)s” is not a number."), params={"value": value}) from None

    def get_prep_value(self, value: Any) -> Any:
        if value is None or hasattr(value, "resolve_expression"):
            return value
        if isinstance(value, float):
            raise TypeError(f"{self.name}: a float is not exact; pass Decimal or int")
        number = self.to_python(value)
        if number is None or not number.is_finite():
            raise ValueError(f"{self.name}: {value} is not a number")
        if number.adjusted() > LARGEST:
            # out of any column's range, which lookups and the database know how to tell; not written out
            return -(10**LARGEST) if number < 0 else 10**LARGEST
        scaled = shifted(number, self.decimal_places)
        units = int(scaled)
        if scaled != units:
            raise ValueError(f"{self.name}: {value} has more than {self.decimal_places} decimals")
        return units

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Decimal | None:
        if value is None:
            return None
        # SUM() of bigint is numeric on PostgreSQL and arrives as Decimal
        return shifted(Decimal(int(value)), -self.decimal_places)

    def value_to_string(self, obj: Any) -> str:
        value = self.value_from_object(obj)
        return "" if value is None else f"{value:f}"

    @property
    def validators(self) -> list[Any]:
        # BigIntegerField's range is of the stored integer, not of the Decimal
        return list(self._validators)

    def formfield(self, **kwargs: Any) -> Any:
        return models.Field.formfield(
            self, **{"form_class": forms.DecimalField, "decimal_places": self.decimal_places, **kwargs}
        )


class _NoFloat:
    """Django rounds a float up before it compares whole numbers; a float is not exact to begin with."""

    rhs: Any

    def get_prep_lookup(self) -> Any:
        if isinstance(self.rhs, float):
            raise TypeError("a float is not exact; compare with Decimal or int")
        return super().get_prep_lookup()  # type: ignore[misc]


@ScaledDecimalField.register_lookup
class _AtLeast(_NoFloat, IntegerGreaterThanOrEqual):
    pass


@ScaledDecimalField.register_lookup
class _Below(_NoFloat, IntegerLessThan):
    pass
