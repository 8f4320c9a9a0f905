"""Does the portal hold what the certificate says? English lines, for the command and its readers."""

import json

from reviews.assignment.drawing import drawn_pairs
from reviews.assignment.substitution import read_change
from reviews.assignment.verify_draw import Unreadable, verify
from reviews.drawing.files import files_of
from reviews.enums import AssignmentSource
from reviews.models import Assignment, Draw, Override


def differences_of(draw: Draw) -> list[str]:
    """Everything that does not fit, the certificate first; empty when all holds.

    An approved override is a difference that both sides know: it is not a fault.
    """
    files = list(files_of(draw).values())
    try:
        checks = verify(files[0], files[1], files[2], files[3:])
    except Unreadable as error:
        return [f"the certificate cannot be read: {error}"]
    faults = [f"{one.name} does not hold: {one.detail}" for one in checks if not one.passed]
    if json.loads(files[2])["digest"] != draw.digest:
        faults.append("the digest on record is not that of the draw")
    wanted = set(drawn_pairs(files[2]))
    for change in files[3:]:
        wanted |= set(read_change(change).added)
    rows = Assignment.objects.filter(application__campaign=draw.campaign, released_at__gte=draw.released_at)
    by_hand = set(
        Override.objects.filter(is_approved=True).values_list("assignment__application__number", "expert__code")
    )
    known = set()
    for number, code, source in rows.values_list("application__number", "expert__code", "source"):
        if source != AssignmentSource.OVERRIDE:
            known.add((str(number), code))
        elif (number, code) not in by_hand:
            faults.append(f"{number}/{code} was put there by hand without an approved override")
    faults += [f"{number}/{code} was drawn, and is not assigned" for number, code in sorted(wanted - known)]
    faults += [f"{number}/{code} is assigned, and was not drawn" for number, code in sorted(known - wanted)]
    return faults
