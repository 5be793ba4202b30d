"""A copy in pieces that each fit into one message, nothing of it lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

Fits = Callable[[str], bool]
QUOTED = "> "  # before each line of words that somebody wrote


def cut(lines: Iterable[str], fits: Fits) -> list[str]:
    """As few pieces as hold these lines, in order; a line that is too long is cut, at a space
    where there is one, and what goes on of quoted words is marked like its beginning."""
    pieces: list[str] = []
    for line in lines:
        for part in _parts(line, fits):
            joined = f"{pieces[-1]}\n{part}" if pieces else ""
            if joined and fits(joined):
                pieces[-1] = joined
            else:
                pieces.append(part)
    return pieces


def _parts(line: str, fits: Fits) -> Iterator[str]:
    mark = QUOTED if line.startswith(QUOTED) else ""
    while not fits(line):
        end = _longest(line, fits)
        space = line.rfind(" ", len(mark) + 1, end + 1)
        at = space if space > end // 2 else end
        yield line[:at]
        line = mark + line[at:].removeprefix(" ")
    yield line


def _longest(line: str, fits: Fits) -> int:
    """How many characters of it fit; at least one beyond a mark, so that it ends."""
    low, high = len(QUOTED) + 1, len(line)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(line[:middle]) else (low, middle - 1)
    return low
