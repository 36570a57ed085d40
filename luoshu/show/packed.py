"""The built scripts and styles, packed where the browser takes it: on a weak signal a quarter of the bytes."""

from __future__ import annotations

import gzip
from functools import lru_cache
from os import PathLike, stat_result
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

PACKED = frozenset({".js", ".css", ".txt"})
LEAST_BYTES = 1_000


class PackedFiles(StaticFiles):
    """Files of a folder; text is answered packed (gzip) to who accepts it, each file packed once."""

    def file_response(
        self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        answer = super().file_response(full_path, stat_result, scope, status_code)
        path = Path(full_path)
        if not isinstance(answer, FileResponse) or path.suffix not in PACKED or stat_result.st_size < LEAST_BYTES:
            return answer
        answer.headers["vary"] = "Accept-Encoding"
        if not takes_gzip(Headers(scope=scope).get("accept-encoding", "")) or scope["method"] != "GET":
            return answer
        if Headers(scope=scope).get("range"):
            return answer
        kept = {name: answer.headers[name] for name in ("last-modified", "vary") if name in answer.headers}
        headers = {**kept, "content-encoding": "gzip", "etag": f"W/{answer.headers['etag']}"}
        body = packed(str(path), stat_result.st_mtime_ns)
        return Response(body, status_code, headers=headers, media_type=answer.media_type)


def takes_gzip(accepted: str) -> bool:
    """Whether a browser that accepts these encodings takes gzip.

    >>> takes_gzip("gzip, deflate, br"), takes_gzip("br;q=1, gzip;q=0"), takes_gzip("")
    (True, False, False)
    """
    for each in accepted.lower().split(","):
        name, _, rest = each.strip().partition(";")
        if name == "gzip":
            return rest.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


@lru_cache(maxsize=32)
def packed(path: str, changed: int) -> bytes:
    """A file packed, as it is since `changed` (nanoseconds): a new build is packed anew."""
    return gzip.compress(Path(path).read_bytes(), 6, mtime=0)
