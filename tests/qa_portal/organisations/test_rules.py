"""The credit code of GB 32100-2015 and the names of districts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_portal.organisations.enums import Channel, District, OrganisationKind, Ownership, SizeClass
from qa_portal.organisations.rules import InvalidUscc, district_of_unit, normalise_uscc, short_name
from tests.factories import USCC_ALPHABET, uscc

FULL_WIDTH = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})


def with_check(first_17: str) -> str:
    """The code completed by its check character, computed from the table of weights in the standard."""
    weights = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
    total = sum(USCC_ALPHABET.index(one) * weight for one, weight in zip(first_17, weights, strict=True))
    return first_17 + USCC_ALPHABET[(31 - total % 31) % 31]


def verdict(text: str) -> str:
    """The stored form, or why there is none."""
    try:
        return normalise_uscc(text)
    except InvalidUscc as error:
        return error.reason


@pytest.mark.parametrize("code", ["91310115000000001U", "123100000000000027", "523100000000000036"])
def test_valid_codes_stay_as_they_are(code: str) -> None:
    assert normalise_uscc(code) == code


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("91310115000000001X", "check"),
        ("9131011500000000IU", "characters"),
        ("9131011500000001U", "length"),
        ("91310115000000001UU", "length"),
        ("", "length"),
        ("91310115000000001O", "characters"),
        ("9131011500000000-U", "characters"),
        ("91310115-00000001U", "characters"),
        ("质量攻关质量攻关质量攻关质量攻关质量", "characters"),
        # Arabic digits are digits to Python, not to the standard
        ("9131011500000000١U", "characters"),
    ],
)
def test_refused_codes_say_why(code: str, reason: str) -> None:
    with pytest.raises(InvalidUscc) as caught:
        normalise_uscc(code)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    "written",
    [
        "91310115000000001u",
        " 91310115000000001U\t",
        "9131 0115 0000 0000 1U",
        "91310115000000001U".translate(FULL_WIDTH),
        "9131011５000000001U",
        "91310115000000001U\u3000",
    ],
)
def test_other_ways_to_write_a_code_are_stored_as_one(written: str) -> None:
    assert normalise_uscc(written) == "91310115000000001U"


@pytest.mark.parametrize(
    "region", ["310000", "310103", "310108", "310119", "310225", "310226", "310230", "000000", "999999"]
)
def test_no_code_is_refused_for_its_region(region: str) -> None:
    code = with_check(f"91{region}000000001")
    assert normalise_uscc(code) == code


def test_registering_authorities_and_categories_may_be_letters() -> None:
    """A 中央军委, N 农业, Y 其他: only the six characters of the region must be digits."""
    for prefix in ("A1", "N2", "Y1", "1G"):
        code = with_check(f"{prefix}310115000000001")
        assert normalise_uscc(code) == code


@given(st.text(USCC_ALPHABET, min_size=9, max_size=9), st.text("0123456789", min_size=6, max_size=6))
def test_exactly_one_check_character_fits(body: str, region: str) -> None:
    first_17 = f"91{region}{body}"
    found = {check: verdict(first_17 + check) for check in USCC_ALPHABET}
    right = with_check(first_17)
    assert found == {**dict.fromkeys(USCC_ALPHABET, "check"), right[-1]: right}


@given(st.integers(0, 999_999_999), st.integers(0, 16), st.sampled_from(USCC_ALPHABET))
def test_one_wrong_character_is_noticed(number: int, place: int, other: str) -> None:
    code = uscc(number)
    changed = code[:place] + other + code[place + 1 :]
    if changed != code:
        with pytest.raises(InvalidUscc):
            normalise_uscc(changed)


@given(st.text(max_size=40))
def test_any_text_is_accepted_or_refused_with_a_reason(text: str) -> None:
    code = verdict(text)
    if code not in ("length", "characters", "check"):
        assert len(code) == 18
        assert set(code) <= set(USCC_ALPHABET)
        assert verdict(code) == code


def test_a_very_long_text_is_too_long() -> None:
    assert verdict("9" * 10_000_000) == "length"
    assert verdict(" " * 1_000 + "91310115000000001U") == "length"


# ------------------------------------------------------------------ districts
SHORT_NAMES = {
    "黄浦区": "黄浦", "徐汇区": "徐汇", "长宁区": "长宁", "静安区": "静安", "普陀区": "普陀", "虹口区": "虹口",
    "杨浦区": "杨浦", "闵行区": "闵行", "宝山区": "宝山", "嘉定区": "嘉定", "浦东新区": "浦东", "金山区": "金山",
    "松江区": "松江", "青浦区": "青浦", "奉贤区": "奉贤", "崇明区": "崇明", "临港新片区": "临港",
}  # fmt: skip


def test_districts_in_display_order_with_short_names() -> None:
    assert [(district.term, short_name(district)) for district in District] == list(SHORT_NAMES.items())


def test_the_unit_of_a_district_is_found_by_its_name() -> None:
    for district in District:
        assert district_of_unit(f"{district.term}市场监督管理局") == district
    assert district_of_unit("临港新片区") == District.LINGANG
    assert district_of_unit("临港新片区市场监管局") == District.LINGANG
    for other in ("上海电气", "市场监督管理局机场分局", "", "上海市闵行区市场监督管理局"):
        assert district_of_unit(other) is None


def test_terms_of_the_import_format() -> None:
    assert list(Channel.by_term()) == ["区市场监管局", "集团公司", "行业协会", "自行申报"]
    assert list(Ownership.by_term()) == ["国有", "民营", "外商投资", "港澳台投资", "中外合资", "集体", "其他"]
    assert list(SizeClass.by_term()) == ["大型", "中型", "小型", "微型"]
    # the importer takes the channel of an application for the kind of its unit
    assert {channel.value for channel in Channel if channel != Channel.SELF} <= set(OrganisationKind.values)
