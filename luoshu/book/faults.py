"""The catalogue of faults: every code that a problem may carry, and what it means."""

from __future__ import annotations

from luoshu.words.message import Message, say

FAULTS: dict[str, Message] = {
    # the book and its files
    "no-book": say("The folder does not exist, so there is no book to open."),
    "missing-file": say("A file that the book needs or names is not there."),
    "unknown-file": say("A file stands where a table is expected, but no table has this name; it is not read."),
    "path-escape": say(
        "A file name leads out of the book's folder (by .., an absolute path or a link); it is not opened."
    ),
    "unreadable-file": say("The system does not let the file be read, or it is no plain file."),
    "file-too-large": say("The file is larger than the program will open; nothing of it was read."),
    "more-problems": say("The file has more problems than are listed; mend the first ones and check again."),
    "document-differs": say(
        "A document of the same name but another content is in the book already. Neither was changed."
    ),
    # text
    "mojibake": say("Garbled text: saved in one encoding and read in another. The line is not used."),
    "control-character": say("A character that cannot be printed stands in the text. The line is not used."),
    # tables
    "no-heading": say("The table's first line must name its columns, and is missing."),
    "missing-column": say("A column that every row needs is missing, so no row of the table can be read."),
    "too-many-columns": say("The table has more columns than can be meant; nothing of it was read."),
    "unknown-column": say("A column is not one of the table's; its cells are not read."),
    "column-twice": say("Two columns have the same heading; the first is read."),
    "extra-cell": say(
        "A row has more cells than the heading, so that its cells cannot be told apart. The row is left out."
    ),
    "broken-quote": say("A quotation mark is not closed or stands in the wrong place. The row is left out."),
    "empty-cell": say("A cell that must be filled is empty. The row is left out."),
    "not-a-number": say("A cell that must hold a number holds something else. The row is left out."),
    "not-whole": say("A cell that must hold a whole number holds another. The row is left out."),
    "percent-misplaced": say(
        "A percentage stands where another unit is counted. The row is left out or must be mended."
    ),
    "not-a-day": say("A cell that must hold a day cannot be read as one. The row is left out."),
    "no-such-day": say("The day does not exist in the calendar, as 30 February. The row is left out."),
    "excel-day": say("A spreadsheet has stored a day as its number. The row is left out until the day is written."),
    "not-yes-or-no": say("A cell that must say yes or no says something else. The row is left out."),
    "not-a-choice": say("A cell holds a word that is not one of the column's. The row is left out."),
    "too-small": say("A number lies below what is possible in this column. The row is left out."),
    "too-large": say("A number lies above what is possible in this column. The row is left out."),
    "duplicate": say("Two entries have the same key; the first counts."),
    "dangling": say("An entry refers to something that does not stand in its table."),
    "unknown-unit": say("The unit is not known; write the bare unit, without multipliers such as 万."),
    "unlike-units": say("Two figures that are compared are in units that do not measure the same thing."),
    "bad-url": say("An address does not begin with http:// or https://; no page links to it."),
    # YAML
    "yaml-syntax": say("The file is not valid YAML; nothing of it was read."),
    "yaml-documents": say("The file holds more than one YAML document; nothing of it was read."),
    "yaml-too-deep": say("The entries are nested too deeply or are too many; nothing of the file was read."),
    "yaml-alias": say("An entry repeats another by a sign (*name); nothing of the file was read."),
    "yaml-tag": say("An entry has a tag (!name), which is not allowed; nothing of the file was read."),
    "yaml-key": say("A list or mapping stands where a name must stand; nothing of the file was read."),
    "yaml-key-twice": say("A name stands twice in one entry; the first value is read."),
    "not-a-list": say("The file must be a list of entries."),
    "not-a-record": say("An entry must be made of names and values."),
    "missing-field": say("An entry lacks a field that it needs."),
    "rule-without-day": say("A rule does not say from which day it is in force."),
    # workbooks
    "not-a-workbook": say("The file is not a workbook (.xlsx), or it is damaged; nothing was taken over."),
    "unpacks-too-large": say("The file would unpack to more than is allowed; it was not opened."),
    "unknown-sheet": say("A sheet of the workbook belongs to no table; it is not read."),
    "formula-cell": say("A cell holds a formula; only values are taken over."),
    "merged-cells": say("Cells are merged, so that it cannot be told which rows the value is for."),
    "error-cell": say("A cell holds an error of the spreadsheet, such as #REF!."),
    "day-for-words": say("The spreadsheet has taken a text for a day or time, so that the text is lost."),
    "long-number": say("A long number was not formatted as text: the spreadsheet has kept its first 15 digits only."),
    "not-in-workbook": say("A table could not be put into the workbook without loss; it was left out."),
    "conflict": say("Somebody else changed the file in the meantime; nothing was written."),
    "lost-history": say("A plain value would erase the history of a field; the sheet was not taken over."),
    "book-exists": say("There is already something in the folder; nothing was written."),
    # proposals
    "bad-proposal": say(
        "A line of the proposals is not one JSON object with the fields of a proposal; it is not read."
    ),
    # documents
    "no-document": say("The document is not there."),
    "empty-file": say("The file is empty."),
    "no-text": say("The document holds no text."),
    "text-too-long": say("The document is longer than is read; the rest of it was left out."),
    "scanned": say("The document is a scan: pictures of pages without text."),
    "pages-without-text": say("Some pages of the document hold no text."),
    "encrypted": say("The document is locked by a password."),
    "damaged-file": say("The document is damaged and cannot be read."),
    "wrong-format": say("The document is of a format that cannot be read."),
    "not-html": say("The page cannot be read as HTML."),
    # commitments
    "unknown-kind": say("The entry is of a kind that is not known; it is left out."),
    "unknown-field": say("The entry has a field that its kind does not know; the field is not read."),
    "negative-weight": say("A promise weighs less than nothing; weights are zero or more."),
    "made-after-due": say("A promise is announced after its own deadline; one of the two days is wrong."),
    "bad-value": say("A field holds something that its kind cannot read; the entry is left out."),
    # places and people
    "bad-line": say("The line of a wall cannot be read as well-known text; it bars nothing."),
    "no-coordinates": say("A place has no coordinates; it is kept, and counts nowhere."),
    "no-system": say("Coordinates stand without their coordinate system; the row counts nowhere until it is written."),
    "unknown-system": say("The coordinate system is not one that is known; the row counts nowhere."),
    "swapped-coordinates": say("Longitude and latitude (or east and north) are exchanged; the row does not count."),
    "impossible-coordinates": say("The coordinates lie outside what their system can hold; the row does not count."),
    "which-column": say("Several columns of the file could be the one that is wanted; none was taken."),
    "id-taken": say("The id belongs to another thing in the book; the row was not taken over."),
    "area-without-points": say("An area with people holds no point to spread them over; they stand in its middle."),
    "no-people": say("The file does not say how many people live where; nothing was taken over."),
    "more-than-all": say("A part is larger than the whole that it belongs to; no more than the whole counts."),
    "outside-region": say("A place lies outside the outlines of the region; it counts where it stands."),
    "doubtful-system": say("The streets contradict the coordinate system that is written; it is used as written."),
    "site-twice": say("Two sites of one service stand in the same spot; both count until one is removed."),
    "candidate-exists": say("A candidate stands where the same service is given already."),
    "people-without-place": say("People are counted whose homes cannot be placed; they count nowhere."),
    # street networks
    "network-broken": say("The book's street network is damaged or not made by luoshu; it is not used."),
    "network-differs": say("The street network is another than the one that roads/network.yaml tells of."),
    "damaged-map": say("The map file is damaged or of no format that is read; nothing of it was taken over."),
    # reserves
    "unknown-class": say("The class of an item is none that GB/T 38565 can have; the item counts all the same."),
    "no-expiry": say("A lot of something that expires has no last day; it does not count as available."),
    "late-expiry": say("A lot would expire later than its item can keep; one of the days is wrong."),
    "reading-row": say("A row of a file of readings cannot be taken; the other rows count."),
    "expert-row": say("A row of the expert bank's workbook cannot be taken over; the other rows are."),
    "stock-row": say("A row of receipts or of a stock-take cannot be written; the other rows are."),
    "ends-before": say("Something ends before it begins; one of the two days is wrong."),
    # the desk's journal
    "not-understood": say(
        "Entries of the desk's journal were written by another version of the program: they stand in "
        "the log, and count for nothing."
    ),
    "broken-backup": say("A backup of the journal is not whole: it was cut off or changed. Nothing of it is restored."),
    "journal-not-empty": say("A backup is only restored into an empty journal, so that nothing is overwritten."),
    "no-streets": say("A map holds no street that walkers, cyclists or drivers can use."),
    "missing-nodes": say("Links of the street network lead to points that the map does not hold; they are left out."),
    "bad-links": say("Rows or features of a street file could not be read; the others count."),
    "double-links": say("Many links of the street network stand there twice; one of each counts."),
    "loop-links": say("Many links of the street network lead from a point to itself; they are left out."),
    "length-unit": say("The lengths of a street file are not in metres; those measured on the map are used."),
    "bad-length": say("A street has a length that cannot be; the one measured on the map is used."),
    "bad-speed": say("A street has a speed that cannot be; it is taken as unknown."),
    "islands": say("The street network is in pieces: from many places no way leads to the rest."),
    "no-classes": say("The class of many streets is unknown, so that everybody may use them."),
    "no-speeds": say("No street has a speed limit; driving minutes follow the speeds of the classes."),
    "long-links": say("Streets run on for kilometres without a bend or a crossing; a point may be misplaced."),
    "homes-far": say("Many people live far from any street of the network; their minutes say little."),
    "network-elsewhere": say("The street network does not lie where the counties of the book are."),
    # what is tried out on the map
    "unknown-table": say("The table is none whose rows can be tried out for the promise; the change is left out."),
    "not-drawn": say("The layers of a promise could not be drawn; the map stays without them."),
    "no-such-row": say("The row that is to change is not there; the change is left out."),
    "no-change": say("The change names neither a row nor one to remove; it is left out."),
    "unknown-service": say(
        "A promise names a service that no site of the book gives, though one of a like name is there."
    ),
    "cap-unreadable": say("The file is no CAP alert, or no well-formed XML; nothing of it is shown."),
    "cap-hostile": say("The file tries what no alert needs (a document type, entities); nothing of it is read."),
    "cap-forged": say("The signature of the alert does not fit: it was changed, or signed by somebody else."),
    "cap-older": say("The alert is written by an older version of the standard than CAP 1.2."),
    "cap-invalid": say("An element of the alert is missing, out of order, or holds what the standard does not allow."),
    # scripts of drills
    "no-script": say("The script of a drill is not there."),
    "drill-order": say("A moment of a drill's script is out of the order of time, or too far off; it is not played."),
    "unknown-actor": say("A moment of a drill's script is of somebody who is not among its actors; it is not played."),
    "not-a-drill": say("A drill's script opens an incident, or sends an alert, that would be real; nothing is played."),
    "unknown-act": say("A moment of a drill's script names an act that the desk does not know; it is not played."),
}
"""By code: what the fault means and what became of the entry. docs/problems.md is made from this list."""
