"""The commands of places: roads, sites, people, layers."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from luoshu.cli.verbs import BOOK, DAY, DESK, JSON, NotDone, a_day, argument, book_folder, region_of, verb
from luoshu.show.language import Language
from luoshu.show.terminal import NOT_DONE, bar, report_problems
from luoshu.words.message import say

if TYPE_CHECKING:
    from luoshu.kinds.bringing import Brought


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


INTO = argument("--into", metavar="BOOK", required=True, help=say("the book that they are for"))
SYSTEM = argument(
    "--system",
    default="",
    help=say("the coordinate system of the file: WGS-84, CGCS2000, GCJ-02, BD-09 or EPSG:number"),
)
COLUMNS = argument(
    "--columns",
    default="",
    metavar="x=经度,y=纬度",
    help=say("which column is which, where the headings do not say it"),
)
SOURCE = argument("--source", default="", help=say("who says so (default: the name of the file)"))
PREVIEW = argument("--preview", action="store_true", help=say("only say what would be taken over; write nothing"))


@verb(
    "sites",
    say("take facilities over into a book: csv, Excel, GeoJSON, or a street map by its tags"),
    "luoshu sites gyms.xlsx --into my-city --service fitness --system GCJ-02",
    argument("file", metavar="FILE", help=say("the file with the facilities")),
    INTO,
    argument("--service", required=True, help=say("the service that they give, as the promises name it")),
    SYSTEM,
    argument(
        "--state",
        choices=("open", "planned", "candidate", "closed"),
        default="",
        help=say("whether they serve already, or are candidates"),
    ),
    argument(
        "--tag",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help=say("of a street map, which things (may be repeated), as in leisure=fitness_station"),
    ),
    COLUMNS,
    SOURCE,
    PREVIEW,
)
def sites(args: argparse.Namespace, language: Language) -> int:
    from luoshu.kinds.newsites import new_sites
    from luoshu.region import Region

    folder, told = book_folder(args.into), _told_columns(args.columns)
    tags = dict(_pair(tag, value_needed=False) for tag in args.tag)
    _known_system(args.system)
    with bar(language.say("reading the file")):
        found = new_sites(
            Path(args.file), Region(folder).book, service=args.service, system=args.system, state=args.state,
            source=args.source, columns=told, tags=tags,
        )  # fmt: skip
    return _take_over(found, args, language)


@verb(
    "people",
    say("take people over into a book: points, areas with totals, or a grid"),
    "luoshu people villages.csv --into my-city --system CGCS2000",
    argument("file", metavar="FILE", help=say("points (csv, xlsx, GeoJSON), areas (GeoJSON), or a grid (.asc)")),
    INTO,
    SYSTEM,
    argument("--over", metavar="FILE", help=say("buildings or other points that the people of areas are spread over")),
    argument("--sort", choices=("village", "community", "building", "cell"), default="", help=say("what they are")),
    COLUMNS,
    SOURCE,
    PREVIEW,
)
def people(args: argparse.Namespace, language: Language) -> int:
    from luoshu.kinds.newpeople import new_people
    from luoshu.region import Region

    folder, told = book_folder(args.into), _told_columns(args.columns)
    _known_system(args.system)
    with bar(language.say("reading the file")) as tell:
        found = new_people(
            Path(args.file), Region(folder).book, system=args.system, sort=args.sort, source=args.source,
            columns=told, over=Path(args.over) if args.over else None, tell=tell,
        )  # fmt: skip
    return _take_over(found, args, language)


def _known_system(text: str) -> None:
    from luoshu.kinds.bringing import system_problem

    wrong = system_problem(text)
    if wrong:
        raise NotDone(wrong)


def _told_columns(text: str) -> dict[str, str]:
    return {name: value or "" for name, value in (_pair(part) for part in text.replace("，", ",").split(",") if part)}


def _pair(text: str, *, value_needed: bool = True) -> tuple[str, str | None]:
    name, sign, value = text.partition("=")
    if not name.strip() or (value_needed and not value.strip()):
        raise NotDone(say("{found!r} is no pair; write it as in x=经度", found=text))
    return name.strip(), (value.strip() or None) if sign else None


def _take_over(found: Brought, args: argparse.Namespace, language: Language) -> int:
    """Write what is good, say what was done, list what is not good."""
    from luoshu.book.table import schema
    from luoshu.kinds.bringing import Written, write_rows
    from luoshu.region import Region
    from luoshu.show.takingover import show_brought

    written = Written() if args.preview or not found.rows else write_rows(Region(book_folder(args.into)).book, found)
    show_brought(found, written, schema(found.table).file, preview=args.preview, language=language)
    code = report_problems((*found.problems, *written.problems), language)
    return code if found.rows and not written.problems else NOT_DONE


@verb(
    "layers",
    say("carry what the map draws out as files: GeoJSON, GeoParquet or PMTiles"),
    "luoshu layers examples/luoyang layers --format parquet",
    BOOK,
    argument("out", metavar="OUT", help=say("the folder to write")),
    argument(
        "--format",
        action="append",
        choices=("geojson", "parquet", "pmtiles"),
        help=say("only in this form (may be repeated; default: geojson and parquet)"),
    ),
    argument("--id", action="append", metavar="ID", help=say("only of this promise (may be repeated)")),
    DAY,
    DESK,
)
def layers(args: argparse.Namespace, language: Language) -> int:
    from luoshu.show.layerexport import layered, write_layers
    from luoshu.show.listing import file_size
    from luoshu.show.look import wording_of

    region = region_of(args)
    there = [gauge.commitment.id for gauge in layered(region)]
    for name in args.id or ():
        if name not in there:
            raise NotDone(say("no promise {id} has layers; those that have: {names}", id=name, names=", ".join(there)))
    spoken = language.over(wording_of(region.book))
    with bar(language.say("drawing layers")) as tell:
        files, problems = write_layers(
            region, Path(args.out), args.format or ("geojson", "parquet"), spoken, args.id or (), tell
        )
    for file in files:
        print(f"{file}  {file_size(file.stat().st_size)}")
    if not files:
        print(language.say("no promise of {book} has a layer in this form", book=args.book))
    return report_problems(problems, language)
