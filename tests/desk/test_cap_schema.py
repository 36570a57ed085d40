"""Our verdict on an alert beside the one of the OASIS schema: where they differ, the standard's own words say why."""

from __future__ import annotations

import copy
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from luoshu.desk.capfile import read_alert

SHARED = Path(__file__).parents[3] / "shared" / "data" / "bench" / "messages" / "cap"
NS = "{urn:oasis:names:tc:emergency:cap:1.2}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
DSIG = "{http://www.w3.org/2000/09/xmldsig#}"
VALUES = [
    "", "  ", "Actual", " Actual", "actual", "Alert", "Public", "2021-07-20T08:00:00+08:00",
    "2021-07-20T24:00:00+08:00", "2021-07-20T24:00:01+08:00", "2021-07-20T08:00:00Z", "2021-07-20T08:00:00-00:00",
    "2021-07-20T08:00:00.5+08:00", "2021-07-20T08:00:60+08:00", "2021-07-20T08:00:00+15:00",
    "2021-07-20T08:00:00+14:00", "2021-07-20T08:00:00,08:00", "0000-01-01T00:00:00+00:00", "2021-02-29T08:00:00+08:00",
    " 2021-07-20T08:00:00+08:00 ", "1", "-1", "+5", "1.5", ".5", "5.", "1e5", "NaN", "٣", "水", "zh-CN", "en",
    "en-US-x-y", "toolonglanguagetag", "a b", "http://example.org/a b", "http://[::1", "%", "::", "javascript:x",
    "/a", "12,13 14,15", "Met", "Geo", "Evacuate", "Shelter", "Severe", "Likely", "\u3000", "\xa0", "5 5",
    "34,112 34,113 35,113 34,112", "34,112 5", "34,112 -5", "a,b,2021-07-20T08:00:00+08:00",
]  # fmt: skip

STRICTER = {
    "the standard's text asks for it, the schema has it as any text": (
        "identifier: ", "sender: ", "references: ", "polygon: ", "circle: ", "mimeType: ", "event: it is empty",
        "areaDesc: it is empty", "resourceDesc: it is empty", "must name the alert that it is about",
        "must say who may have it", "must say whom it is for", "needs the altitude", "before it begins",
    ),
    "an address is shown to people: one with blanks, or one that runs something, is none": ("web: ", "uri: "),
    "a size below nothing": ("size: ",),
    "only a signature stands beside the alert, and once": ("KeyInfo is no element", "Signature stands"),
    "attributes that say what an element is are not followed": ("XMLSchema-instance}type",),
    "a day after the last day of the calendar": ("9999-12-31T24",),
}  # fmt: skip
"""Why we refuse what the schema lets through. The other way round there is nothing."""


@pytest.fixture(scope="module")
def schema():
    if not SHARED.is_dir():
        pytest.skip("the schema of OASIS is not beside this checkout (../shared)")
    from lxml import etree

    return etree.XMLSchema(etree.parse(SHARED / "CAP-v1.2.xsd"))


@st.composite
def changed(draw):
    """One of the standard's own examples with one or two things changed."""
    from lxml import etree

    number = draw(st.integers(1, 4))
    root = etree.fromstring((SHARED / f"v1dot2_appendix_adot{number}.xml").read_bytes())
    for _ in range(draw(st.integers(1, 2))):
        elements = list(root.iter(etree.Element))
        one = draw(st.sampled_from(elements))
        way, parent = draw(st.integers(0, 7)), one.getparent()
        if way <= 2 and not len(one):
            one.text = draw(st.sampled_from(VALUES))
        elif way == 3 and parent is not None:
            parent.remove(one)
        elif way == 4 and parent is not None:
            parent.insert(parent.index(one), copy.deepcopy(one))
        elif way == 5 and parent is not None:
            parent.remove(one)
            parent.insert(draw(st.integers(0, len(parent))), one)
        elif way == 6 and parent is not None:
            one.tail = draw(st.sampled_from(["x", "\n", None]))
        elif way == 7:
            one.set(
                draw(st.sampled_from(["a", f"{XSI}nil", f"{XSI}schemaLocation"])),
                draw(st.sampled_from(["a b", "true"])),
            )
        else:
            name = draw(
                st.sampled_from([NS + "area", NS + "note", "foo", NS + "value", DSIG + "Signature", DSIG + "KeyInfo"])
            )
            etree.SubElement(one, name)
    return etree.tostring(root)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_where_our_verdict_differs_from_the_schema_there_is_a_reason(schema, data):
    from lxml import etree

    text = data.draw(changed())
    valid = schema.validate(etree.fromstring(text))
    says = [str(problem.says) for problem in read_alert(text, "a.xml")[1]]
    if not valid:
        assert says, f"the schema refuses what we take: {schema.error_log.last_error}\n{text.decode()}"
    else:
        unexplained = [each for each in says if not any(part in each for why in STRICTER.values() for part in why)]
        assert not unexplained, f"we refuse what the schema takes: {unexplained}\n{text.decode()}"


ADDRESSES = st.text(st.sampled_from(list("abz/:?#[]@!$&'()*+,;=%2F-._~ \\^`{}|\"<>水1")), max_size=8)


@given(st.sampled_from(["", "http://", "http://a", "a:"]), ADDRESSES)
def test_an_address_that_we_take_is_one_by_the_schema(start, rest):
    from lxml import etree

    from luoshu.desk.capform import _web

    kind = etree.XMLSchema(etree.fromstring(
        '<schema xmlns="http://www.w3.org/2001/XMLSchema" xmlns:x="http://www.w3.org/2001/XMLSchema">'
        '<element name="a" type="x:anyURI"/></schema>'
    ))  # fmt: skip
    element = etree.Element("a")
    element.text = start + rest
    if _web(element.text.strip()) is None and re.fullmatch(r"[a-z0-9:/?#%.=&_-]*", element.text):
        assert kind.validate(element), element.text
