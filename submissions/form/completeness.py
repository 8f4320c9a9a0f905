"""How complete an application is: required items that are there, of all that are required.

Counted by the rules of the check themselves; it says nothing of the quality of the project.
"""

from submissions.form.checks import NO_CONTEXT, Context, findings
from submissions.form.checks.evidence import p03_required_evidence
from submissions.form.claims import matrix_of
from submissions.form.dossier import Dossier
from submissions.form.progress import Meter, meter_of
from submissions.form.requirements import required_types


def completeness_of(dossier: Dossier, context: Context | None = None) -> Meter:
    """Required fields and rows, required evidence, and claims that must be linked to evidence."""
    clean = dossier.cleaned()
    fields = meter_of(clean, findings(clean, context))
    missing = findings(clean, context, [p03_required_evidence])
    rules = (context or NO_CONTEXT).settings.evidence
    needed = max(len(required_types(clean, rules)), len(missing))
    claims = [row for row in matrix_of(clean) if row.blocks]
    proved = sum(not row.unmet for row in claims)
    return Meter(fields.present + needed - len(missing) + proved, fields.required + needed + len(claims))
