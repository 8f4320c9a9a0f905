"""The narrative parts of the circular, copied into a new year as the draft to begin with."""

from qa_portal.campaigns.models import Campaign
from qa_portal.campaigns.registry import copier
from reports.models import TextBlock


@copier("texts")
def copy_texts(source: Campaign, made: Campaign) -> int:
    """The saved texts with the year written anew (2020年 → 2021年); those never saved stay the shipped ones."""
    old, new = f"{source.year}年", f"{made.year}年"
    rows = [TextBlock(campaign=made, key=one.key, text=one.text.replace(old, new)) for one in source.text_blocks.all()]
    return len(TextBlock.objects.bulk_create(rows))
