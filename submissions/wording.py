"""Values of an application in words."""

from collections.abc import Mapping
from typing import Any

from qa_portal.core.templatetags.portal import NONE_MARK
from submissions.form.spec import Field, Kind


def value_text(field: Field, value: Any, units: Mapping[str, str] | None = None) -> str:
    """A value as it is read: labels of choices, names of units, — for nothing. Not for rows."""
    labels = {choice: str(label) for choice, label in field.choices}
    if field.kind == Kind.CHOICES:
        return "、".join(labels.get(one, one) for one in value) or NONE_MARK
    if field.kind in (Kind.CHOICE, Kind.YES_NO):
        return labels.get(value, str(value)) or NONE_MARK
    if field.kind == Kind.UNIT:
        return (units or {}).get(str(value), "") or NONE_MARK
    text = str(value).strip()
    return f"{text} {field.unit}".strip() if text else NONE_MARK
