"""Documents to proposals, and settled records to commitments: what is found is proposed, people decide."""

from luoshu.book.files import Conflict
from luoshu.read.proposal import Proposal, as_json, from_json, version
from luoshu.read.reading import read, read_file
from luoshu.read.settlement import commitments, proposals, settle, write_proposals

__all__ = [
    "Conflict",
    "Proposal",
    "as_json",
    "commitments",
    "from_json",
    "proposals",
    "read",
    "read_file",
    "settle",
    "version",
    "write_proposals",
]
