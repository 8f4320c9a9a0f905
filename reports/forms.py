"""Forms of the bureau: they validate, operations save."""

from pathlib import PurePosixPath
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from qa_portal.campaigns.models import Campaign
from reports.circular import ENDINGS, TEXT_BLOCKS, TextError
from reports.importing.sources import TABLES
from reports.models import TextBlock
from reports.publication import try_texts

MAX_UPLOAD = 200_000_000  # bytes of one uploaded table or archive; deploy/nginx lets 210 MB through


ENDING_LABELS = {
    "pdf": _("PDF (GB/T 9704-2012, the record)"),
    "docx": _("Word (editable copy)"),
    "html": _("Web page"),
    "txt": _("Plain text"),
}


def _helper() -> FormHelper:
    helper = FormHelper()
    helper.form_tag = False
    return helper


class ExportForm(forms.Form):
    """The form of the file."""

    ending = forms.ChoiceField(
        label=_("Form of the file"),
        choices=[(one, ENDING_LABELS[one]) for one in ENDINGS],
        initial="pdf",
        widget=forms.RadioSelect,
    )
    helper = _helper()


class CircularSettingsForm(forms.ModelForm):
    """Document number, dates and recipients of a year's circular."""

    class Meta:
        model = Campaign
        fields = ["document_number", "signed_on", "printed_on", "main_recipients", "cc_units"]
        widgets = {
            "signed_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "printed_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    helper = _helper()

    def clean_document_number(self) -> str:
        """〔2020〕461号: full-width brackets U+3014/3015, no 第, no leading zero, the year of the campaign."""
        number: str = self.cleaned_data["document_number"].strip()
        if number and not is_document_number(number, self.instance.year):
            raise forms.ValidationError(
                _("Write it as 沪市监质发〔%(year)s〕461号: brackets 〔 〕, no leading zero, no 第."),
                params={"year": self.instance.year},
            )
        return number

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        signed, printed = cleaned.get("signed_on"), cleaned.get("printed_on")
        if signed and printed and printed < signed:
            self.add_error("printed_on", _("The circular cannot be printed before it is signed."))
        return cleaned


def is_document_number(text: str, year: int) -> bool:
    """A document number by GB/T 9704-2012, 7.2.5, of this year."""
    prefix, opening, rest = text.partition("〔")
    stated, closing, serial = rest.partition("〕")
    digits = serial.removesuffix("号")
    return bool(
        prefix
        and opening
        and closing
        and "第" not in text
        and stated == str(year)
        and serial.endswith("号")
        and digits.isascii()
        and digits.isdigit()
        and not digits.startswith("0")
    )


class TextsForm(forms.Form):
    """One field for every narrative part; an empty one leaves its sentence out."""

    helper = _helper()

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.campaign = campaign
        saved = dict(TextBlock.objects.filter(campaign=campaign).values_list("key", "text"))
        for block in TEXT_BLOCKS:
            is_long = block.key.endswith(("_text", "_intro", "_clause")) or block.key == "basis"
            self.fields[block.key] = forms.CharField(
                label=block.label,
                required=False,
                max_length=3_000,
                initial=saved.get(block.key, block.default),
                widget=forms.Textarea(attrs={"rows": 4, "lang": "zh-Hans"})
                if is_long
                else forms.TextInput(attrs={"lang": "zh-Hans"}),
            )

    def groups(self) -> list[tuple[str, Any, list[Any]]]:
        """The fields by part of the circular, in its order: (anchor, title, fields)."""
        starts = {
            "basis": ("opening", _("Opening")),
            "overview_heading": ("applications", _("Part 1: applications")),
            "results_heading": ("results", _("Part 1: results")),
            "problems_heading": ("problems", _("Part 2: problems")),
            "steps_heading": ("steps", _("Part 3: next steps")),
        }
        found: list[tuple[str, Any, list[Any]]] = []
        for field in self:
            if field.name in starts:
                found.append((*starts[field.name], []))
            found[-1][2].append(field)
        return found

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        try:
            try_texts(self.campaign, cleaned)
        except TextError as error:
            known = self.fields.get(error.key)
            params = {**error.params, "key": known.label if known else error.key}
            self.add_error(error.key if known else None, _now(error.msgid) % params)
        return cleaned


class ImportForm(forms.Form):
    """The tables of a year, one file each, or all of them in a zip file."""

    CHECK, IMPORT = "check", "import"

    applications = forms.FileField(label=_("Applications"), required=False, help_text=_("CSV or Excel (.xlsx)"))
    experts = forms.FileField(label=_("Experts"), required=False, help_text=_("CSV or Excel (.xlsx), optional"))
    reviews = forms.FileField(label=_("Reviews"), required=False, help_text=_("CSV or Excel (.xlsx), optional"))
    archive = forms.FileField(
        label=_("All tables in one zip file"),
        required=False,
        help_text=_("Named applications, experts and reviews; use it instead of the single files."),
    )
    mode = forms.ChoiceField(
        label=_("What to do"),
        choices=[(CHECK, _("Check only and show what would be written")), (IMPORT, _("Import now"))],
        initial=CHECK,
        widget=forms.RadioSelect,
    )
    replace = forms.BooleanField(
        label=_("Replace the year if it exists"),
        required=False,
        help_text=_("Its applications, experts, reviews and decisions are removed; settings and texts stay."),
    )
    helper = _helper()

    ENDINGS = {"applications": (".csv", ".xlsx"), "experts": (".csv", ".xlsx"), "reviews": (".csv", ".xlsx")}

    def clean(self) -> dict[str, Any]:
        """`tables` in the result: file name as the import knows it → uploaded file."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        archive = cleaned.get("archive")
        tables = {name: cleaned[name] for name in TABLES if cleaned.get(name)}
        if archive and tables:
            self.add_error("archive", _("Give either the zip file or single files, not both."))
        elif not archive and "applications" not in tables:
            self.add_error("applications", _("The table of applications is needed."))
        cleaned["tables"] = {}
        for name, file in [("archive", archive)] if archive else tables.items():
            ending = PurePosixPath(file.name.lower()).suffix
            allowed = (".zip",) if name == "archive" else self.ENDINGS[name]
            if ending not in allowed:
                self.add_error(
                    name, _("This must be a file that ends in %(endings)s.") % {"endings": ", ".join(allowed)}
                )
            elif file.size > MAX_UPLOAD:
                self.add_error(name, _("The file is larger than %(limit)s MB.") % {"limit": MAX_UPLOAD // 1_000_000})
            cleaned["tables"][name + ending] = file
        return cleaned
