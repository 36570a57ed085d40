"""Settling proposals from the browser: accept, correct, reject, undo; the faster of two editors is never overwritten."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from pydantic import BaseModel, Field

from luoshu.show.desks import desk_of
from luoshu.show.manual import ErrorAnswer
from luoshu.show.page import Desk
from luoshu.show.pages import environment, plain
from luoshu.show.paper import Found, card, found
from luoshu.show.view import Paper
from luoshu.words.message import Message, say

NUMBERS = ("value", "value_high", "each_value")
CORRECTABLE = (
    "subject", "comparator", "value", "value_high", "unit", "change", "per", "each_value", "each_unit", "status",
    "owner", "due", "verb", "object", "id",
)  # fmt: skip
VERDICTS = ("accept", "correct", "reject", "undo")


class Decision(BaseModel):
    """What a person decides about one proposal, as seen in the version `version` of it."""

    verdict: str = Field(pattern="^(accept|correct|reject|undo)$", examples=["accept"])
    version: str = Field(default="", examples=["9f2c1b7a"])
    fields: dict[str, str | float | None] = Field(default_factory=dict, examples=[{"value": 120, "unit": "家"}])


@dataclass(frozen=True, kw_only=True)
class Settled:
    """The answer to a decision: the proposal as it stands now."""

    found: Found


class NotUnderstood(Exception):
    """A corrected field that says nothing."""

    def __init__(self, says: Message) -> None:
        super().__init__(says)
        self.says = says
