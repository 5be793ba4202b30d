"""What the address of the list asks for. Anything that is not one of ours is left aside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from desk.listing import Place

# The filters, and the lists that go on over several pages.
SHOWN = ("mine", "new", "today", "waiting", "others")


@dataclass(frozen=True, slots=True)
class Chosen:
    """`show` is one of `SHOWN`, or empty for everything; `after` is where the page before ended,
    in the part of `practice` or in that of real people."""

    show: str = ""
    practice: bool = False
    after: Place | None = None

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Chosen:
        show = query.get("show", "")
        if show not in SHOWN:
            return cls()
        return cls(show, query.get("part") == "practice", Place.read(query.get("after", "")))

    @property
    def written(self) -> str:
        """What stands after the path; empty for everything."""
        if not self.show:
            return ""
        part = {"part": "practice"} if self.practice else {}
        after = {"after": str(self.after)} if self.after else {}
        return "?" + urlencode({"show": self.show, **part, **after})
