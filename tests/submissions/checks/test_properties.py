"""Whatever a database or a browser holds, the rules answer, and only known fields are kept."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from submissions.form.checks import Context, findings
from submissions.form.completeness import completeness_of
from submissions.form.dossier import Dossier, cleaned_section, digest
from submissions.form.requirements import FACTS, clean_facts
from submissions.form.sections import BY_KEY
from tests.submissions.checks.support import CONTEXT, GOOD, SECTIONS, without

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELDS = sorted({spec.key for section in BY_KEY.values() for spec in section.fields})
COLUMNS = sorted(
    {column.key for section in BY_KEY.values() for spec in section.fields for column in spec.columns} | {"id"}
)
ROWS = st.lists(st.dictionaries(st.sampled_from(COLUMNS), JSON, max_size=6) | JSON, max_size=4)
SECTION = st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=8), JSON | ROWS, max_size=8)
CONTENT = st.dictionaries(st.sampled_from(list(BY_KEY)), SECTION | JSON, max_size=10)


@given(key=st.sampled_from(list(BY_KEY)), data=SECTION)
def test_only_known_fields_of_a_section_are_kept(key: str, data: dict[str, Any]) -> None:
    kept = cleaned_section(key, data)
    assert set(kept) <= {spec.key for spec in BY_KEY[key].fields}
    for name, value in kept.items():
        spec = BY_KEY[key].field(name)
        if spec.columns:
            assert all(set(row) <= {column.key for column in spec.columns} | {"id"} for row in value)
            assert all(isinstance(cell, str) for row in value for cell in row.values())
    assert cleaned_section(key, kept) == kept
    assert digest(kept)


@settings(max_examples=300)
@given(content=CONTENT)
def test_rules_answer_whatever_the_content(content: dict[str, Any]) -> None:
    dossier = Dossier(content, GOOD.evidence, GOOD.profile)
    for context in (CONTEXT, Context()):
        assert all(one.text for one in findings(dossier, context))
    meter = completeness_of(dossier, CONTEXT)
    assert 0 <= meter.present <= meter.required


@given(key=st.sampled_from(list(SECTIONS)), field=st.sampled_from(FIELDS), value=JSON | ROWS)
def test_one_odd_value_in_a_good_form_is_an_answer_too(key: str, field: str, value: Any) -> None:
    sections = {**SECTIONS, key: {**SECTIONS[key], field: value}}
    assert all(one.text for one in findings(Dossier(sections, GOOD.evidence, GOOD.profile), CONTEXT))


@given(type=st.sampled_from(list(FACTS)), data=st.dictionaries(st.sampled_from(["stage", "issued_on", "x"]), JSON))
def test_only_known_facts_are_kept(type: Any, data: dict[str, Any]) -> None:
    kept = clean_facts(type, data)
    assert set(kept) <= {fact.key for fact in FACTS[type]}
    assert clean_facts(type, kept) == kept


def test_completeness_counts_fields_files_and_links() -> None:
    full = completeness_of(GOOD, CONTEXT)
    assert full.missing == 0
    lacking = completeness_of(without(GOOD, "EV01"), CONTEXT)
    assert (lacking.required, lacking.missing) == (full.required, 1)
    # the novelty search, and the level and the bottleneck that it proves
    assert completeness_of(without(GOOD, "EV06"), CONTEXT).missing == 3
