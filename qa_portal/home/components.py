"""What the page of components shows: every component in every state, with made-up content."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qa_portal.core.errors import Refusal


class SampleForm(forms.Form):
    """One field of every kind."""

    title = forms.CharField(label=gettext_lazy("Project title"), max_length=200)
    new_sales = forms.DecimalField(
        label=gettext_lazy("New sales (10,000 yuan)"), help_text=gettext_lazy("Up to six decimals."), min_value=0
    )
    industry = forms.ChoiceField(
        label=gettext_lazy("Industry"),
        choices=[
            ("", gettext_lazy("Choose")),
            ("bio", gettext_lazy("Biomedicine")),
            ("equipment", gettext_lazy("High-end equipment manufacturing")),
        ],
    )
    size = forms.ChoiceField(
        label=gettext_lazy("Size class"),
        choices=[("large", gettext_lazy("Large")), ("small", gettext_lazy("Small"))],
        widget=forms.RadioSelect,
    )
    summary = forms.CharField(label=gettext_lazy("Summary"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    workbook = forms.FileField(
        label=gettext_lazy("Workbook"), help_text=gettext_lazy("XLSX, at most 20 MB."), required=False
    )
    agreed = forms.BooleanField(label=gettext_lazy("I have checked the figures"))

    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        if self.data.get("refuse"):
            raise forms.ValidationError(_("The year is closed; nothing can be filed."))
        return data


ROWS = [
    ("2020-0001", "高速列车制动盘疲劳寿命质量攻关", Decimal("92.35"), Decimal("12789000.5"), "ok", 1),
    ("2020-0002", "新能源汽车电池包密封一致性攻关", Decimal("88.10"), Decimal("-350.25"), "wait", 2),
    ("2020-0003", "医用内窥镜成像稳定性攻关", None, Decimal(0), "neutral", None),
]


def component_context(request: HttpRequest) -> dict[str, Any]:
    """Content of the page; its list has 145 made-up rows on three pages."""
    refused = SampleForm(
        {"refused-title": "", "refused-new_sales": "abc", "refuse": "1"}, MultiValueDict(), prefix="refused"
    )
    return {
        "form": SampleForm(),
        "refused_form": refused,
        "refusal": Refusal(
            _("The file is 34 MB; the limit is 20 MB."), fix=_("Split it, or export it at a lower resolution.")
        ),
        "rows": ROWS,
        "page": Paginator(range(145), 50).get_page(request.GET.get("page")),
        "chips": [
            {"name": "industry", "label": _("Industry"), "text": _("Biomedicine"), "value": "bio"},
            {"name": "q", "label": _("Search"), "text": "制动盘"},
        ],
        "facts": [
            (_("Applicant"), "上海某某轴承有限公司"),
            (_("Recommending unit"), "浦东新区市场监管局"),
            (_("Result"), None),
        ],
        "kinds": [
            ("ok", _("Accepted")),
            ("wait", _("In review")),
            ("bad", _("Refused")),
            ("neutral", _("Draft")),
            ("info", _("Recommended")),
        ],
    }
