"""Streets from GraphML, as OSMnx and NetworkX write it: nodes with coordinates, edges with what is known of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from luoshu.book.mapfile import reading, unreadable
from luoshu.book.streetcsv import X, Y
from luoshu.book.streetlines import Lines, Tell
from luoshu.book.streetrows import Rows, roles_of
from luoshu.book.streetshapes import from_shapes, system_in
from luoshu.words.message import say

MOST_BYTES = 2_000_000_000


def read_graphml(path: Path, tell: Tell) -> Lines:
    """The streets of a GraphML file; its graph says in which system they are (crs). Raises `Unreadable`."""
    from lxml import etree

    with reading(path) as file:
        if Path(file).stat().st_size > MOST_BYTES:
            says = say("the file holds more than {limit} bytes", limit=MOST_BYTES)
            raise unreadable(path, "file-too-large", says, say("Split it, or give a GeoPackage"))
        found = _Graph()
        try:
            # bounded memory: what was read is thrown away; no entities, no network
            steps = etree.iterparse(
                file, events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
            )
            for event, element in steps:
                found.take(event, element, etree.QName(element).localname if isinstance(element.tag, str) else "")
        except etree.XMLSyntaxError as error:
            raise ValueError(str(error)) from None
    if not found.nodes and not found.edges:
        says = say("the file is no GraphML graph of streets")
        raise unreadable(path, "wrong-format", says, say("Save the graph as GraphML with x and y of its nodes"))
    tell(1, 2)
    return found.lines()


class _Graph:
    """A graph growing while its file is read."""

    def __init__(self) -> None:
        self.keys: dict[str, str] = {}
        self.nodes: dict[str, tuple[float, float]] = {}
        self.edges: list[tuple[str, str, dict[str, str]]] = []
        self.said: dict[str, str] = {}
        self.directed = True
        self.crs = ""

    def take(self, event: str, element: Any, name: str) -> None:
        if event == "start":
            if name == "graph":
                self.directed = element.get("edgedefault") != "undirected"
            elif name in ("node", "edge"):
                self.said = {}
            return
        if name == "key":
            self.keys[element.get("id", "")] = element.get("attr.name", "")
        elif name == "data":
            key = self.keys.get(element.get("key", ""), element.get("key", ""))
            parent = element.getparent()
            if parent is not None and parent.tag.endswith("graph"):
                self.crs = (element.text or "") if key == "crs" else self.crs
            else:
                self.said[key] = element.text or ""
        elif name == "node":
            self.nodes.setdefault(element.get("id", ""), (_named(self.said, X), _named(self.said, Y)))
        elif name == "edge":
            self.edges.append((element.get("source", ""), element.get("target", ""), self.said))
        if name in ("node", "edge"):
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]

    def lines(self) -> Lines:
        """The edges as lines: drawn as their geometry says, straight between their nodes where it says nothing."""
        import shapely

        names = list(
            dict.fromkeys(name for *_, said in self.edges for name in said if name not in ("source", "target"))
        )
        own = [name for name in names if name.lower() not in ("from", "to", "u", "v")]
        roles = roles_of(["source", "target", *own])
        rows = Rows({role: place for role, place in roles.items() if role != "geometry"})
        texts: list[str] = []
        for number, (tail, head, said) in enumerate(self.edges, 1):
            if rows.add([tail, head, *(said.get(name) for name in own)], number):
                texts.append(said.get("geometry", "") or self._straight(tail, head))
        made = from_shapes(
            rows, shapely.from_wkt(np.array(texts, dtype=object), on_invalid="ignore"), system_in(self.crs)
        )
        made.directed = self.directed
        self._without_ends(made, rows)
        return made

    def _straight(self, tail: str, head: str) -> str:
        places = [self.nodes.get(node) for node in (tail, head)]
        if None in places:
            return ""
        return "LINESTRING (" + ", ".join(f"{x!r} {y!r}" for x, y in places if x == x and y == y) + ")"  # type: ignore[misc]

    def _without_ends(self, made: Lines, rows: Rows) -> None:
        """Edges without a line are those whose nodes are missing: count them as such."""
        lost = [place for place, ends in zip(rows.place, rows.ends, strict=True) if not set(ends) <= self.nodes.keys()]
        if lost and made.left_out["bad-geometry"]:
            count = min(len(lost), made.left_out["bad-geometry"])
            made.left_out["bad-geometry"] -= count
            made.leave_out("missing-node", lost[0], count)


def _named(said: dict[str, str], names: tuple[str, ...]) -> float:
    for name in names:
        if name in said:
            try:
                return float(said[name])
            except ValueError:
                break
    return float("nan")
