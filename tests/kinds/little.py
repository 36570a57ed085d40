"""A little book of one target, for the tests of targets."""

from datetime import date

from luoshu.book.book import open_book
from luoshu.gauge import gauge
from luoshu.kinds import tables

LEVEL = """made: 2020-12-01
due: 2025-12-31
measure: stock
level: 120
unit: 个"""


INDICATORS = """id,name,unit,direction,aggregation,definition
stock,Things,个,higher,last,counted things
flow,Visits,人次,higher,sum,
money,Investment,元,higher,sum,
share,Share,%,higher,ratio,
loss,Deaths,人,lower,sum,
balance,Balance,元,,sum,
rate,Growth,%,higher,ratio,
total,Built since the start,公里,higher,cumulative,
energy,Energy,吨,lower,ratio,
air,PM2.5,微克/立方米,lower,ratio,
none,Exact,个,none,last,
"""


class Little:
    """A book of one target, made of its fields and of observation lines `as_of,value,published[,further columns]`."""

    def __init__(self, folder):
        self.folder = folder

    def __call__(self, fields, lines, header="as_of,value,published", indicators=INDICATORS):
        named = (line.split(":")[1].strip() for line in fields.splitlines() if line.strip().startswith("measure"))
        measure = next(named)
        (self.folder / "tables").mkdir(exist_ok=True)
        (self.folder / "book.yaml").write_text("title: Little\nregion: x\n")
        body = "\n".join(
            "  " + line.strip() if not line.startswith("    ") else line for line in fields.strip().splitlines()
        )
        (self.folder / "commitments.yaml").write_text("- kind: target\n  id: t\n  words: A promise\n" + body + "\n")
        (self.folder / "tables" / "indicator.csv").write_text(indicators)
        rows = "".join(f"{measure},{line.strip()}\n" for line in lines.strip().splitlines() if line.strip())
        (self.folder / "tables" / "observation.csv").write_text(f"indicator,{header}\n{rows}")
        return open_book(self.folder, tables=tables())

    def gauge(self, fields, lines, day, **more):
        return gauge(self(fields, lines, **more), date.fromisoformat(day))[0]


def said(gauge):
    return "\n".join(each.says for each in gauge.because)
