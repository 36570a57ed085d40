"""Remarks on who answers for an item of a plan, and by when."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luoshu.words.responsible import remark_on, remarks


@pytest.mark.parametrize(
    ("text", "owner", "due"),
    [
        ("建设公园。（责任单位：市林业局）", "市林业局", None),
        ("建设公园（牵头单位：林业局、财政局）。", "林业局、财政局", None),
        ("建设公园。（责任单位：市林业局；完成时限：2026年底）", "市林业局", "2026-12-31"),
        ("1.建设公园。\n责任单位：市林业局，各县区政府\n完成时限：2026年6月", "市林业局、各县区政府", "2026-06-30"),
        ("1.建设公园。\n牵头单位：市林业局 配合单位：市财政局", "市林业局", None),
    ],
)
def test_remarks(text: str, owner: str, due: str | None) -> None:
    (remark,) = remarks(text, 2026)
    assert remark.owner == owner
    assert due is None or str(remark.due) == due
    assert remark_on([remark], text.index("建设")) == remark


def test_each_item_has_its_own() -> None:
    text = "1.建设公园。（责任单位：市林业局）\n2.修路。（责任单位：市交通局）\n3.其他。"
    found = remarks(text)
    owners = [remark and remark.owner for remark in (remark_on(found, text.index(w)) for w in ("建设", "修路", "其他"))]
    assert owners == ["市林业局", "市交通局", None]


@given(st.text(alphabet="责任牵头单位：市林业局，、（）。\n1.建设年2026底完成时限", max_size=150))
def test_any_text(text: str) -> None:
    for remark in remarks(text, 2026):
        assert 0 <= remark.start < remark.end <= len(text)
        assert remark.owner
