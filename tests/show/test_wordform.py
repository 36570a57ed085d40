"""The tables of papers: many rows are the same as the rows that are made one by one."""

from __future__ import annotations

import pytest

pytest.importorskip("docx")

ROWS = [
    ("07-20 08:00", "值班员", "1,200", ""),
    ("", "a <b> & c", " 前后有空格 ", "x"),
    ("两\n行", "一\t格", "3", "y"),
    ("\x00控制", "末", "4", "z"),
]


@pytest.mark.parametrize("numbers", [(), (2,)])
def test_many_rows_are_what_rows_are_one_by_one(numbers):
    from luoshu.show.wordform import blank, row, rows, table

    def made(fill):
        drawn = table(blank(), ("何时", "何人", "多少", "何事"), (3, 3, 3, 3), numbers)
        fill(drawn)
        return [
            [
                (cell.text, cell.width, cell.paragraphs[0].alignment, cell.paragraphs[0].style.name)
                for cell in each.cells
            ]
            for each in drawn.rows
        ], [each._tr.trPr is not None for each in drawn.rows]

    one_by_one = made(lambda drawn: [row(drawn, each, numbers) for each in ROWS])
    assert made(lambda drawn: rows(drawn, ROWS, numbers)) == one_by_one
    assert len(one_by_one[0]) == 1 + len(ROWS)
