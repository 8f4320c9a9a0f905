#!/usr/bin/env python3
"""Measure the lists of recommending units and of the formal check on an imported year.

    tools/measure_desks.py 2030

Uses the database of DATABASE_URL, which must be a throw-away one: applications of the year get the states
of a year under way. Prints queries and CPU of the portal's process for each page, the median of five.
"""

import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qa_portal.settings")
RUNS = 5


def main() -> int:
    if len(sys.argv) != 2 or not sys.argv[1].isdecimal():
        sys.stderr.write("Error: give the year, as in: tools/measure_desks.py 2030\n")
        return 1
    import django

    django.setup()
    year = int(sys.argv[1])
    staff, unit = prepare(year)
    for name, user, path in (
        ("formal check, list", staff, f"/checking/{year}/"),
        ("formal check, list of one unit", staff, f"/checking/{year}/?state=formal_check&channel=district_bureau"),
        ("formal check, search", staff, f"/checking/{year}/?text=质量"),
        ("unit, queue", unit, f"/recommending/{year}/"),
        ("unit, figures and enterprises", unit, f"/recommending/{year}/dashboard/"),
        ("unit, summary table and letter", unit, f"/recommending/{year}/letter/"),
    ):
        queries, seconds = measure(user, path)
        sys.stdout.write(f"{name:34} {queries:3} queries  {seconds * 1000:6.0f} ms CPU\n")
    return 0


def prepare(year: int) -> tuple[Any, Any]:
    """Half of the year waits for its units, half for the check; a checker, and somebody of the largest unit."""
    from datetime import timedelta

    from django.db.models import Count, F
    from django.utils import timezone

    from qa_portal.accounts.enums import Role
    from qa_portal.accounts.models import RoleGrant, User
    from qa_portal.campaigns.models import Campaign
    from qa_portal.organisations.models import Membership, RecommendingUnit
    from submissions.enums import State
    from submissions.models import Application

    now, campaign = timezone.now(), Campaign.objects.get(year=year)
    dates = {"filing_opens_at": now - timedelta(days=9), "filing_closes_at": now + timedelta(days=9)}
    Campaign.objects.filter(pk=campaign.pk).update(**dates, recommendation_closes_at=now + timedelta(days=30))
    filed = Application.objects.filter(campaign=campaign)
    filed.update(state=State.FORMAL_CHECK, submitted_at=now)
    filed.annotate(odd=F("pk") % 2).filter(odd=1, recommending_unit__isnull=False).update(
        state=State.PENDING_RECOMMENDATION
    )
    counts = filed.filter(recommending_unit__isnull=False).values("recommending_unit").annotate(n=Count("pk"))
    largest = RecommendingUnit.objects.get(pk=counts.order_by("-n")[0]["recommending_unit"])
    sys.stdout.write(f"{filed.count()} applications, {counts.order_by('-n')[0]['n']} of them of one unit\n")
    people = []
    for name, role in (("bench-staff", Role.STAFF), ("bench-unit", Role.RECOMMENDER)):
        person, is_new = User.objects.get_or_create(email=f"{name}@example.com", defaults={"name": name})
        if is_new:
            RoleGrant.objects.create(user=person, role=role)
        people.append(person)
    Membership.objects.filter(user=people[1]).delete()
    Membership.objects.create(user=people[1], organisation=largest)
    return people[0], people[1]


def measure(user: Any, path: str) -> tuple[int, float]:
    """Queries of a page, and the median of its CPU seconds."""
    from django.db import connection
    from django.test import Client

    asked = 0

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal asked
        asked += sql.startswith("SELECT")
        return execute(sql, params, many, context)

    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    client.get(path)
    with connection.execute_wrapper(count):
        status = client.get(path).status_code
    if status != 200:
        raise SystemExit(f"Error: {path} answered {status}")
    times = []
    for _ in range(RUNS):
        start = time.process_time()
        client.get(path)
        times.append(time.process_time() - start)
    return asked, statistics.median(times)


if __name__ == "__main__":
    sys.exit(main())
