"""Closed lists carry the term of the import format beside code and label."""

from django.utils import translation
from django.utils.translation import gettext_lazy

from qa_portal.core.enums import TermChoices


class Fruit(TermChoices):
    APPLE = "APPLE", "苹果", gettext_lazy("Apple of the test")
    PEAR = "PEAR", "梨", gettext_lazy("Pear of the test")


def test_code_term_and_label() -> None:
    assert (Fruit.APPLE.value, Fruit.APPLE.term, str(Fruit.APPLE.label)) == ("APPLE", "苹果", "Apple of the test")
    assert Fruit("PEAR") is Fruit.PEAR  # type: ignore[call-arg]
    assert Fruit.PEAR == "PEAR"


def test_terms_are_never_translated() -> None:
    with translation.override("zh-hans"):
        assert list(Fruit.by_term()) == ["苹果", "梨"]


def test_members_in_the_order_of_the_list() -> None:
    assert Fruit.by_term() == {"苹果": Fruit.APPLE, "梨": Fruit.PEAR}
    assert [(code, str(label)) for code, label in Fruit.choices] == [
        ("APPLE", "Apple of the test"),
        ("PEAR", "Pear of the test"),
    ]
