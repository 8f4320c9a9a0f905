"""Writing campaign years."""

from qa_portal.campaigns import rules
from qa_portal.campaigns.models import Campaign, Criterion


def create_campaign(year: int) -> Campaign:
    """Create a year with the standard settings and score sheet. The caller holds the transaction."""
    campaign = Campaign.objects.create(year=year)
    Criterion.objects.bulk_create(
        Criterion(campaign=campaign, position=position, name=name, maximum=maximum)
        for position, (name, maximum) in enumerate(rules.DEFAULT_CRITERIA, start=1)
    )
    return campaign
