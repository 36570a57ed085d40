"""Records to commitments: what is wrong is said with its line and its mend; what is right is built."""

from dataclasses import fields
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luoshu.book.faults import FAULTS
from luoshu.book.problem import Source
from luoshu.book.records import Dated, Record, Step, read_records
from luoshu.kinds import build
from luoshu.kinds.target import Base, Size, Target

GOOD = """- kind: target
  id: museums
  words: 到2025年全市博物馆达到120家
  made: 2020-12-01
  due: 2025-12-31
  measure: museums
  comparator: ">="
  level: {2020-12-01: 120, 2023-08-25: {value: 110, url: "http://x", source: {file: documents/b.txt, line: 3}}}
  each: {value: 1, unit: 家}
  base: {value: 102, as_of: 2021}
  co_owners: [a, b]
  weight: 2
"""


def made(text):
    records, problems = read_records(text.encode(), "commitments.yaml")
    assert not problems
    return build(records[0])


def test_a_target_is_built_with_its_history():
    target, problems = made(GOOD)
    assert problems == ()
    assert (target.level, target.comparator, target.due) == (110, ">=", date(2025, 12, 31))
    assert (target.each, target.base) == (Size(value=1, unit="家"), Base(value=102, as_of=date(2021, 12, 31)))
    assert (target.co_owners, target.weight) == (("a", "b"), 2)
    assert [(each.level, each.since) for each in target.levels()] == [
        (120, date(2020, 12, 1)),
        (110, date(2023, 8, 25)),
    ]
    assert target.levels()[1].source.url == "http://x"
    assert target.levels()[1].source.line == 3


def test_a_target_forgets_what_came_after_a_day():
    target, _ = made(GOOD)
    before = target.on(date(2023, 8, 24))
    assert (before.level, len(before.levels())) == (120, 1)
    assert target.on(date(2023, 8, 25)).level == 110
    assert not target.announced(date(2020, 11, 30))
    assert target.announced(date(2020, 12, 1))


WRONG = [
    ("kind: target", "kind: targt", "unknown-kind", "Did you mean target?", 1),
    ("due: 2025-12-31", "due: soon", "bad-value", "due is 'soon', which is not a day", 5),
    ("due: 2025-12-31", "due: 2024-02-30", "bad-value", "Write it as in 2025-12-31", 5),
    ("weight: 2", "weight: heavy", "bad-value", "which is not a number", 12),
    ("weight: 2", "weight: .nan", "bad-value", "which is not a number", 12),
    ("weight: 2", "nature: bindng", "bad-value", "Did you mean binding?", 12),
    ('comparator: ">="', 'comparator: "=>"', "bad-value", "comparator is '=>'", 7),
    ("each: {value: 1, unit: 家}", "each: 5", "bad-value", "not a group of named values", 9),
    ('comparator: ">="', "comparator: between", "bad-value", "needs its upper end", 2),
    ("measure: museums", "chapter: x", "missing-field", "Add measure: What is measured", 1),
]


@pytest.mark.parametrize(("good", "bad", "code", "words", "line"), WRONG)
def test_a_wrong_entry_is_left_out_and_explained(good, bad, code, words, line):
    target, problems = made(GOOD.replace(good, bad))
    assert target is None
    assert code in [problem.code for problem in problems]
    problem = next(problem for problem in problems if problem.code == code)
    assert words in str(problem)
    assert (problem.source.file, problem.source.line) == ("commitments.yaml", line)


def test_a_field_that_no_kind_knows_is_left_out_alone():
    target, problems = made(GOOD.replace("weight: 2", "wieght: 2"))
    assert target is not None
    assert target.weight == 1
    assert [problem.code for problem in problems] == ["unknown-field"]
    assert "Did you mean weight?" in str(problems[0])


@pytest.mark.parametrize(("written", "day"), [("2025", date(2025, 12, 31)), ("2025-06", date(2025, 6, 30))])
def test_a_bare_year_or_month_is_its_last_day(written, day):
    assert made(GOOD.replace("due: 2025-12-31", f"due: {written}"))[0].due == day


def test_a_period_begins_on_its_first_day():
    assert made(GOOD.replace("weight: 2", "since: 2021"))[0].since == date(2021, 1, 1)


values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(10**20), 10**20),
        st.floats(),
        st.text(max_size=8),
        st.dates(),
        st.sampled_from(["target", "task", "between", ">=", "2025", "2025-13", "museums"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["value", "unit", "as_of", "file", "line", "x"]), inner, max_size=3),
        st.lists(st.builds(Step, since=st.dates(), value=inner), min_size=1, max_size=2).map(lambda s: Dated(tuple(s))),
    ),
    max_leaves=6,
)
names = st.sampled_from([*(field.name for field in fields(Target)), "kind", "wieght", "object"])


@settings(max_examples=300, deadline=None)
@given(written=st.dictionaries(names, values, max_size=8))
def test_any_record_is_built_or_explained(written):
    whole = {"kind": "target", "id": "t", "words": "w", "measure": "m", "level": 1.0, **written}
    commitment, problems = build(Record(fields=whole, source=Source(file="commitments.yaml", line=1)))
    assert commitment is not None or problems
    for problem in problems:
        assert problem.code in FAULTS
        assert problem.mend
    if commitment is not None:
        commitment.on(date(2024, 1, 1))
        commitment.announced(date(2024, 1, 1))
