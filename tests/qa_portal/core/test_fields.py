"""Amounts as whole numbers of their smallest unit: exact on both databases, and no float gets in."""

from decimal import Decimal, localcontext
from typing import Any

import pytest
from django.core.exceptions import EmptyResultSet, ValidationError
from django.db import DataError, connection
from django.db.models import Max, Min, Sum
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from qa_portal.core.fields import ScaledDecimalField
from submissions.models import Application
from tests.factories import ApplicationFactory

FIELD = ScaledDecimalField(decimal_places=6)
FIELD.name = "amount"
AMOUNTS = st.integers(-(10**14), 10**14).map(lambda units: Decimal(units).scaleb(-6))


@given(AMOUNTS)
def test_what_goes_in_comes_out(value: Decimal) -> None:
    stored = FIELD.get_prep_value(value)
    assert type(stored) is int
    assert FIELD.from_db_value(stored, None, connection) == value
    assert FIELD.to_python(str(value)) == value


@pytest.mark.parametrize(
    "value",
    ["0.0000001", "1.0000000000000000000000000000001", "12345678901234567890123456789.1234567", "-0.0000005"],
)
def test_more_places_are_refused_however_many(value: str) -> None:
    with pytest.raises(ValueError, match="more than 6 decimals"):
        FIELD.get_prep_value(Decimal(value))


@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="not a number"):
        FIELD.get_prep_value(Decimal(value))


def test_a_number_that_would_fill_the_memory_is_merely_out_of_range() -> None:
    for value in (Decimal("1E+999999"), Decimal("-1E+999999")):
        assert abs(FIELD.get_prep_value(value)) == 10**40
    with pytest.raises(EmptyResultSet):
        str(Application.objects.filter(new_sales=Decimal("1E+999999")).query)


def test_the_precision_of_the_thread_does_not_matter() -> None:
    with localcontext() as context:
        context.prec = 3
        assert FIELD.get_prep_value(Decimal("123456.789")) == 123_456_789_000
        assert FIELD.from_db_value(123_456_789_001, None, connection) == Decimal("123456.789001")


def test_floats_are_refused_wherever_they_come_from() -> None:
    for lookup in ("exact", "gt", "gte", "lt", "lte", "in", "range"):
        value = [0.5, 1.5] if lookup in ("in", "range") else 0.5
        with pytest.raises(TypeError, match="float"):
            str(Application.objects.filter(**{f"new_sales__{lookup}": value}).query)
    with pytest.raises(TypeError, match="float"):
        FIELD.get_prep_value(0.1)
    with pytest.raises(TypeError, match="float"):
        FIELD.get_prep_value(1.0)


def test_texts_and_numbers_in_forms() -> None:
    field = FIELD.formfield()
    assert field.clean("12.500000") == Decimal("12.5")
    with pytest.raises(ValidationError):
        field.clean("0.0000001")
    with pytest.raises(ValidationError):
        field.clean("一百")
    with pytest.raises(ValidationError):
        FIELD.to_python("一百")
    assert FIELD.to_python(None) is None
    assert FIELD.get_prep_value(None) is None


def test_the_migration_knows_the_places() -> None:
    _name, path, args, kwargs = FIELD.deconstruct()
    assert (path, args, kwargs) == ("qa_portal.core.fields.ScaledDecimalField", [], {"decimal_places": 6})


def test_a_value_as_text() -> None:
    application = Application(new_sales=Decimal("0.000001"))
    assert Application._meta.get_field("new_sales").value_to_string(application) == "0.000001"


# ------------------------------------------------------------------ in the database
@pytest.mark.django_db
def test_lookups_compare_decimals() -> None:
    for value in ("-3", "0.000001", "1.5", "120"):
        ApplicationFactory.create(new_profit=Decimal(value))
    profits = Application.objects.order_by("new_profit")

    def found(**lookup: Any) -> list[str]:
        return [f"{one.new_profit.normalize():f}" for one in profits.filter(**lookup)]

    assert found(new_profit=Decimal("1.50")) == ["1.5"]
    assert found(new_profit=120) == ["120"]
    assert found(new_profit="1.5") == ["1.5"]
    assert found(new_profit__gt=Decimal("0.000001")) == ["1.5", "120"]
    assert found(new_profit__gte=Decimal("0.000001")) == ["0.000001", "1.5", "120"]
    assert found(new_profit__lt=0) == ["-3"]
    assert found(new_profit__lte=Decimal("-3.000000")) == ["-3"]
    assert found(new_profit__in=[Decimal("1.5"), -3]) == ["-3", "1.5"]
    assert found(new_profit__range=(0, Decimal("1.5"))) == ["0.000001", "1.5"]
    assert found(new_profit__isnull=True) == []


@pytest.mark.django_db
def test_the_largest_amounts_of_the_import_add_up_exactly() -> None:
    for _one in range(30):
        ApplicationFactory.create(new_sales=Decimal("99999999.999999"))
    total = Application.objects.aggregate(total=Sum("new_sales"))["total"]
    assert total == Decimal("2999999999.99997")


@pytest.mark.django_db
def test_a_value_beyond_the_column_is_not_cut() -> None:
    with pytest.raises((OverflowError, DataError)):
        ApplicationFactory.create(new_sales=Decimal(10) ** 14)


class SumsAreExact(TestCase):
    @given(st.lists(AMOUNTS, min_size=1, max_size=8))
    def test_sum_min_max(self, amounts: list[Decimal]) -> None:
        for amount in amounts:
            ApplicationFactory.create(new_profit=amount)
        found = Application.objects.aggregate(s=Sum("new_profit"), low=Min("new_profit"), high=Max("new_profit"))
        assert found == {"s": sum(amounts, Decimal()), "low": min(amounts), "high": max(amounts)}
