"""The commands of the journal: begin, verify, backup, restore, export."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from luoshu.cli.verbs import BOOK, DESK, NotDone, argument, book_folder, new_file, verb
from luoshu.show.language import Language
from luoshu.show.terminal import GOOD, PROBLEMS, bar, report_problems
from luoshu.words.message import say

if TYPE_CHECKING:
    from luoshu.desk.chain import Entry
    from luoshu.desk.keeping import Kept

FAR = argument(
    "--as-far-as-it-goes", action="store_true", help=say("take the whole entries before the first fault, and say which")
)


def place_of(args: argparse.Namespace) -> str | Path:
    """Where the journal of a book lies: in the database that was named, else in the book's folder."""
    from luoshu.desk.place import PLACE

    folder = book_folder(args.book)
    return str(args.desk) or folder / PLACE


@verb(
    "desk begin",
    say("make the journal of the desk, in the book's folder or in a database"),
    "luoshu desk begin examples/luoyang",
    BOOK,
    DESK,
)
def begin(args: argparse.Namespace, language: Language) -> int:
    from luoshu.desk.journal import Journal
    from luoshu.desk.keeping import shown

    place = place_of(args)
    if isinstance(place, Path):
        place.parent.mkdir(parents=True, exist_ok=True)
    with Journal(place) as journal:
        number, _ = journal.newest()
    if number:
        print(
            language.say("{place} holds {count} entries already; nothing was changed", place=shown(place), count=number)
        )
        return GOOD
    print(language.say("{place} is ready", place=shown(place)))
    print(language.say("next: luoshu desk admin {book} NAME makes the first administrator", book=args.book))
    return GOOD


@verb(
    "desk verify",
    say("read the journal from end to end: is its chain whole, and does it hold all that it is known to have held"),
    "luoshu desk verify examples/luoyang",
    BOOK,
    argument(
        "--head", metavar="HASH", default="", help=say("the hash that a backup told: it must be among the entries")
    ),
    DESK,
)
def verify(args: argparse.Namespace, language: Language) -> int:
    import luoshu.desk.acts  # noqa: F401 (puts every act on the list)
    from luoshu.desk.keeping import shown
    from luoshu.desk.keeping import verify as verified
    from luoshu.desk.logbook import openly
    from luoshu.desk.things import Things, not_understood

    things, older = Things(), 0

    def take(entry: Entry) -> None:
        nonlocal older
        things.take(entry)
        older += openly(entry.draft)

    with bar(language.say("verifying the journal")) as tell:
        kept = verified(place_of(args), tell, head=args.head, take=take)
    _say_kept(kept, language)
    if kept.personal or kept.erased:
        print(
            language.say(
                "what is personal in {kept} entries lies beside the journal; in {erased} it was erased",
                kept=kept.personal, erased=kept.erased,
            )
        )  # fmt: skip
    if older:
        print(
            language.say(
                "{count} entries of an older version hold what is personal in the journal itself, where it is hidden "
                "but cannot be erased",
                count=older,
            )
        )
    if not kept.problems:
        print(language.say("the chain is whole"))
    return report_problems([*kept.problems, *not_understood(things, shown(place_of(args)))], language)


def _say_kept(kept: Kept, language: Language) -> None:
    print(language.say("{count} entries, the last with the hash {head}", count=kept.entries, head=kept.head))


@verb(
    "desk backup",
    say("write the whole journal into one file that proves by itself that it is whole"),
    "luoshu desk backup examples/luoyang desk.jsonl.gz",
    BOOK,
    argument("file", metavar="FILE", help=say("the file to write, .jsonl or .jsonl.gz")),
    FAR,
    DESK,
)
def backup(args: argparse.Namespace, language: Language) -> int:
    from luoshu.desk.keeping import backup as backed_up

    path = new_file(args.file, ".jsonl", ".gz")
    with bar(language.say("backing up the journal")) as tell:
        kept = backed_up(place_of(args), path, as_far_as_it_goes=args.as_far_as_it_goes, tell=tell)
    if not kept.problems or args.as_far_as_it_goes:
        _say_kept(kept, language)
        print(language.say("{file} is written; keep the hash elsewhere. Passwords are not in it", file=args.file))
    return report_problems(list(kept.problems), language)


@verb(
    "desk restore",
    say("write a backup into an empty journal, all of it or nothing"),
    "luoshu desk restore desk.jsonl.gz examples/luoyang",
    argument("file", metavar="FILE", help=say("the backup")),
    BOOK,
    argument(
        "--seal",
        action="store_true",
        help=say("make the chain anew, with what is personal beside it where an older version wrote it into entries"),
    ),
    FAR,
    DESK,
)
def restore(args: argparse.Namespace, language: Language) -> int:
    from luoshu.desk.journal import Journal
    from luoshu.desk.keeping import restore as restored
    from luoshu.desk.resealing import resealed

    path, place, more = Path(args.file), place_of(args), {"through": resealed} if args.seal else {}
    if not path.is_file():
        raise NotDone(say("there is no file {name}", name=args.file))
    if isinstance(place, Path):
        place.parent.mkdir(parents=True, exist_ok=True)
    with Journal(place) as journal, bar(language.say("restoring the journal")) as tell:
        kept = restored(path, journal, as_far_as_it_goes=args.as_far_as_it_goes, tell=tell, **more)
    if not kept.problems or (args.as_far_as_it_goes and kept.entries):
        _say_kept(kept, language)
        _say_passwords(args, place, language)
    return report_problems(list(kept.problems), language)


def _say_passwords(args: argparse.Namespace, place: str | Path, language: Language) -> None:
    """A backup holds no passwords: who needs a new one, and who can give it."""
    from datetime import UTC, datetime

    import luoshu.desk.acts  # noqa: F401 (puts every act on the list)
    from luoshu.desk.keeping import reading
    from luoshu.desk.shelves import stored
    from luoshu.desk.staff import Person
    from luoshu.desk.things import things_of

    with reading(place) as connection:
        people = things_of(stored(connection)).all(Person)
    open_to = {name: each.actor(datetime.now(UTC)) for name, each in people.items() if not each.closed}
    rulers = [name for name, actor in open_to.items() if actor and actor.may(frozenset({"admin"}), "", "")]
    print(language.say("passwords are not in a backup; people who need a new one: {count}", count=len(open_to)))
    ruler = rulers[0] if rulers else "NAME"
    says = "begin with luoshu desk admin {book} {name}; the others get theirs from the page of the staff"
    print(language.say(says, book=args.book, name=ruler))


@verb(
    "desk export",
    say(
        "write the log as people read it (.xlsx, .csv, .jsonl), or all that has a place as a map (.geojson); what is "
        "personal is left out"
    ),
    "luoshu desk export examples/luoyang log.xlsx",
    BOOK,
    argument("file", metavar="FILE", help=say("the file to write, .xlsx, .csv, .jsonl or .geojson")),
    DESK,
)
def export(args: argparse.Namespace, language: Language) -> int:
    from luoshu.show.logsheet import MOST_ROWS, write_log

    path = new_file(args.file, ".xlsx", ".csv", ".jsonl", ".geojson")
    if path.suffix == ".geojson":
        return _export_map(args, path, language)
    with bar(language.say("writing the log")) as tell:
        kept = write_log(place_of(args), path, language, tell)
    if path.suffix == ".xlsx" and kept.entries > MOST_ROWS:
        raise NotDone(say("a sheet holds {most} rows: write a .csv instead", most=MOST_ROWS))
    print(language.say("{count} entries are in {file}", count=kept.entries, file=args.file))
    return PROBLEMS if report_problems(list(kept.problems), language) else GOOD


def _export_map(args: argparse.Namespace, path: Path, language: Language) -> int:
    """Everything that has a place, as it stands now, from a journal that stays closed."""
    import json
    from datetime import UTC, datetime

    import luoshu.desk.acts  # noqa: F401 (puts every act on the list)
    from luoshu.book import files
    from luoshu.book.book import open_book
    from luoshu.desk.clock import clock_of
    from luoshu.desk.deskmap import desk_map
    from luoshu.desk.keeping import verify as verified
    from luoshu.desk.room import overlay
    from luoshu.desk.things import Things
    from luoshu.kinds import tables

    book, things = open_book(book_folder(args.book), tables=tables()), Things()
    with bar(language.say("writing the log")) as tell:
        kept = verified(place_of(args), tell, take=things.take)
    made = desk_map(things, clock_of(book), book.over(overlay(things)), datetime.now(UTC))
    files.write(path, json.dumps(made.collection, ensure_ascii=False, allow_nan=False).encode())
    print(language.say("{count} features are in {file}", count=made.count, file=args.file))
    if made.without:
        names = ", ".join(f"{sort} {count}" for sort, count in sorted(made.without.items()))
        print(language.say("left out, as nobody said where they are: {names}", names=names))
    return PROBLEMS if report_problems(list(kept.problems), language) else GOOD
