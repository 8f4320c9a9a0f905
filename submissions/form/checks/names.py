"""P19: names in what experts read blind."""

import re
from collections.abc import Iterator
from itertools import chain

from django.utils.translation import gettext_noop

from submissions.form.checks.base import Context, Finding, error, rule, warning
from submissions.form.checks.texts import texts_of
from submissions.form.dossier import Dossier

PLACE = re.compile("^(?:中国|上海市?|[\u4e00-\u9fff]{2,3}市)")
LEGAL_FORM = re.compile(
    "(?:[（(][^）)]*[）)])?(?:集团)?(?:股份)?(?:有限)?(?:责任)?(?:公司|集团|总厂|厂|研究所|研究院|中心)(?:[（(].*[）)])?$"
)
SHORTEST_CORE = 4
SHORTEST_PERSON_IN_TITLE = 3


@rule
def p19_names_in_blind_copy(dossier: Dossier, context: Context) -> Iterator[Finding]:
    """Neither the enterprise nor its people are named where experts read; in the title it is an error.

    Parts of a name and names of two characters may be ordinary words: they only warn.
    """
    units, cores, people = unit_names(dossier), core_names(dossier), person_names(dossier)
    for section, field, row, text in texts_of(dossier, is_blind=True):
        plain = "".join(text.split())
        found = next((name for name in chain(units, people, cores) if name in plain), None)
        if found is None:
            continue
        is_sure = found in units or (found in people and len(found) >= SHORTEST_PERSON_IN_TITLE)
        message = gettext_noop("“%(name)s” names you: experts must not know whose application it is.")
        say = error if (section, field) == ("project", "title") and is_sure else warning
        yield say("P19", section, field, message, row, name=found)


def unit_names(dossier: Dossier) -> list[str]:
    """Full names of the enterprise and its partners, and the same without the legal form."""
    names = [dossier.profile.get("name"), *(row.get("name") for row in dossier.rows("project", "partner_units"))]
    full = ["".join(str(name or "").split()) for name in names]
    short = [LEGAL_FORM.sub("", name) for name in full]
    return [name for name in dict.fromkeys([*full, *short]) if len(name) >= SHORTEST_CORE and not _is_place(name)]


def core_names(dossier: Dossier) -> list[str]:
    """What is left of a name without place and legal form: 上海申江密封件有限公司 → 申江密封件."""
    cores = [PLACE.sub("", name) for name in unit_names(dossier)]
    return [name for name in dict.fromkeys(LEGAL_FORM.sub("", core) for core in cores) if len(name) >= SHORTEST_CORE]


def person_names(dossier: Dossier) -> list[str]:
    """Leader, contact and contributors."""
    names = [str(dossier.get("team", key)) for key in ("leader_name", "contact_name")]
    names += [str(row.get("name", "")) for row in dossier.rows("team", "team")]
    return [name for name in dict.fromkeys("".join(one.split()) for one in names) if len(name) >= 2]


def _is_place(name: str) -> bool:
    return not PLACE.sub("", name)
