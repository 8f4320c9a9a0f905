"""Standing facts about a campaign year: the score sheet that a new year starts with."""

from decimal import Decimal

# 评分表 of the import contract: criterion and its maximum in points; the maxima add up to 100
DEFAULT_CRITERIA: tuple[tuple[str, Decimal], ...] = (
    ("产品质量", Decimal(30)),
    ("创新程度", Decimal(25)),
    ("技术难度", Decimal(20)),
    ("经济社会效益", Decimal(15)),
    ("推广应用", Decimal(10)),
)
DEFAULT_STEP = Decimal("0.5")
# From this many reviews on, one highest and one lowest total are dropped.
DEFAULT_TRIM_FROM = 5
DEFAULT_REVIEWS_PER_APPLICATION = 5
DEFAULT_ACTIVE_DISTRICTS = 4
