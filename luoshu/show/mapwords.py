"""The words of the live map, in the page's language: its scripts have none of their own."""

from __future__ import annotations

from luoshu.show.language import Language


def map_words(language: Language) -> dict[str, str]:
    """What the map's buttons, windows and legends say, by the name that the scripts know it by.

    >>> map_words(Language("zh"))["undo"]
    '撤销'
    """
    say = language.say
    return {
        "none": say("no figure"),
        "zoom_in": say("zoom in"),
        "zoom_out": say("zoom out"),
        "map": say("map of the counties"),
        "wheel": say("Hold Ctrl and turn the wheel to zoom the map"),
        "wheel_mac": say("Hold ⌘ and scroll to zoom the map"),
        "fingers": say("Move the map with two fingers"),
        "screen": say("Full screen"),
        "screen_less": say("Leave full screen"),
        "estimate": say("estimate"),
        "estimate_says": say("These figures rest on an estimate, not on a measured way"),
        "out_of_reach": say("cannot be reached"),
        "only_beyond": say("Show only what lies beyond {limit}", limit="{limit}"),
        "download": say("Data:"),
        "computing": say("The layers are being computed; they appear by themselves"),
        "layer_failed": say("The layer “{name}” could not be fetched", name="{name}"),
        "asking": say("Computing …"),
        "nearest": say("People whose nearest place this is: within {limit} / all", limit="{limit}"),
        "nearest_all": say("People whose nearest place this is"),
        "bring_sites": say("The book has no list of these places yet: fill tables/site.csv, or"),
        "bring_homes": say("Nothing to draw yet: bring homes, places and, if there are any, streets:"),
        **_trial_words(language),
    }


def _trial_words(language: Language) -> dict[str, str]:
    say = language.say
    return {
        "what_if": say("What if"),
        "not_written": say("tried out only, nothing is written"),
        "aim": say("By keyboard: arrows move the map under the cross, Enter acts there, Esc ends it"),
        "carry": say("“{name}” is picked up: click its new place", name="{name}"),
        "second_point": say("Now click where it ends"),
        "add": say("Try it"),
        "cancel": say("Cancel"),
        "before": say("before"),
        "after": say("after"),
        "change": say("change"),
        "place": say("Place"),
        "gain": say("newly served"),
        "lose": say("no longer served"),
        "no_change": say("No county changes."),
        "undo": say("Undo"),
        "redo": say("Redo"),
        "start_again": say("Start again"),
        "take_rows": say("Take over as rows:"),
        "rows_taken": say("Paste the rows of {file} into the book's tables, then check them", file="{file}"),
        "copy_link": say("Copy the link"),
        "copied": say("Copied"),
        "hold_before": say("Hold: as it is"),
        "slide": say("Slide between before and after"),
        "only_changed": say("Only what changes"),
        "no_answer": say("The server could not be reached; nothing was computed"),
    }
