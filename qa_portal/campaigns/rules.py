"""Standing facts about a campaign year: the score sheet and the thresholds that a new year starts with."""

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

# The calendar, in working days
DEFAULT_RETURN_DAYS = 5
DEFAULT_CHECK_DAYS = 10
DEFAULT_CORRECTION_DAYS = 5
DEFAULT_CORRECTIONS = 1

# Evidence: megabytes of one file and of all files of an application
DEFAULT_FILE_MB, DEFAULT_TOTAL_MB = 20, 200

# Thresholds of the check before submission (domain rules of the form, section 4). The one place of their
# defaults: columns of a year, and the check where no year is known, begin with these.
DEFAULT_SUMMARY_PAGES = 20
DEFAULT_NOVELTY_MONTHS = 24
DEFAULT_MONTHS_IN_USE = 6
DEFAULT_DEVIATION = Decimal("0.01")  # 万元 between the form and the financial proof
DEFAULT_PROFIT_PERCENT = Decimal(50)  # of the sales
DEFAULT_TOP_PERCENT = Decimal(1)  # of all earlier amounts
DEFAULT_TOP_SAMPLE = 100  # fewer earlier amounts say nothing
DEFAULT_SIMILARITY_PERCENT = Decimal(30)

# the maxima of a score sheet add up to this
SHEET_TOTAL = Decimal(100)
