"""A field of a form with values to choose from that no table and no thing of the desk holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from luoshu.show.forms import Field, Form


def offering(form: Form, name: str, options: Iterable[tuple[str, str]]) -> Form:
    """The form with these values and words to choose from in one field."""

    def changed(field: Field) -> Field:
        if field.name != name or field.kind == "hidden":
            return field
        return replace(field, kind="checks" if field.kind in ("checks", "list") else "select", options=tuple(options))

    return replace(form, fields=tuple(map(changed, form.fields)))
