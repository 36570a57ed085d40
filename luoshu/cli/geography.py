"""The commands of places: roads, sites, people, layers."""

from __future__ import annotations

import argparse

from luoshu.cli.verbs import JSON, a_day, argument, book_folder, verb
from luoshu.show.language import Language
from luoshu.show.terminal import NOT_DONE, bar, report_problems
from luoshu.words.message import say


@verb(
    "roads",
    say("make the street network of a book from a map, and say how good it is"),
    "luoshu roads luoyang.osm.pbf --into my-city",
    argument("file", metavar="FILE", help=say("the map: .osm.pbf, .osm, .graphml, .gpkg, .sqlite, .geojson, .csv")),
    argument("--into", metavar="BOOK", required=True, help=say("the book that the network is for")),
    argument("--system", default="", help=say("coordinate system: WGS-84, GCJ-02, BD-09 or EPSG:number")),
    argument("--nodes", metavar="FILE", help=say("the table of points, where FILE is a table of edges between them")),
    argument("--day", type=a_day, help=say("the day that the map shows (default: the day the file gives, if it does)")),
    JSON,
)
def roads(args: argparse.Namespace, language: Language) -> int:
    from luoshu.book.streetfaults import told_faults
    from luoshu.book.streetreading import read_streets_file
    from luoshu.book.streets import NETWORK, save_streets
    from luoshu.kinds.settled_streets import among_people
    from luoshu.region import Region
    from luoshu.show.streetlisting import show_streets, streets_json

    folder = book_folder(args.into)
    with bar(language.say("reading the map")) as tell:
        streets, problems = read_streets_file(args.file, system=args.system, nodes=args.nodes, day=args.day, tell=tell)
    if streets is None:
        report_problems(problems, language)
        return NOT_DONE
    streets = among_people(streets, Region(folder).book)
    problems = (*problems, *told_faults(streets.about))
    save_streets(streets, folder)
    if args.json:
        print(streets_json(streets, problems, language))
    else:
        show_streets(streets, language)
        print(language.say("{file} written: minutes of this book are taken on its streets now", file=folder / NETWORK))
    return report_problems(problems, language)
