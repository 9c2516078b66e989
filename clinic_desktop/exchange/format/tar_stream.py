"""A plain tar, written and read as a stream. Only what `header` itself would write is accepted: regular files, no
owner, no time, no links, no long-name tricks; nothing is ever extracted to a disk."""

import tarfile
from collections.abc import Iterable, Iterator

BLOCK = 512
END = bytes(2 * BLOCK)


class BadTar(Exception):
    """Not the tar that this format allows."""


class EndsEarly(BadTar):
    """The stream stopped inside the tar."""


def header(name: str, size: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size = size
    info.mode = 0o600
    return info.tobuf(tarfile.USTAR_FORMAT, "ascii", "strict")


def member(name: str, size: int, content: Iterable[bytes]) -> Iterator[bytes]:
    """The bytes of one file in the tar; `content` must give exactly `size` bytes."""
    yield header(name, size)
    given = 0
    for piece in content:
        given += len(piece)
        yield piece
    if given != size:
        raise ValueError(name)
    if size % BLOCK:
        yield bytes(BLOCK - size % BLOCK)


class TarReader:
    """Reads members in their order from a stream of pieces."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._kept = bytearray()
        self._left = 0
        self._padding = 0

    def next(self) -> tuple[str, int] | None:
        """Name and size of the next file, None at the end of the tar, behind which nothing may follow."""
        self._take(self._left + self._padding)
        block = self._take(BLOCK)
        if block == END[:BLOCK]:
            if self._take(BLOCK) != END[BLOCK:] or self._kept or any(self._pieces):
                raise BadTar()
            return None
        try:
            info = tarfile.TarInfo.frombuf(block, "ascii", "strict")
            again = header(info.name, info.size)
        except (tarfile.TarError, UnicodeError, ValueError) as error:
            raise BadTar() from error
        if again != block or info.size < 0:
            raise BadTar()
        self._left, self._padding = info.size, -info.size % BLOCK
        return info.name, info.size

    def content(self, most: int) -> bytes:
        """The whole file just named, if it is not larger than `most`."""
        if self._left > most:
            raise BadTar()
        content = self._take(self._left)
        self._left = 0
        if self._take(self._padding).strip(b"\0"):
            raise BadTar()
        self._padding = 0
        return content

    def _take(self, count: int) -> bytes:
        while len(self._kept) < count:
            piece = next(self._pieces, None)
            if piece is None:
                raise EndsEarly()
            self._kept += piece
        taken = bytes(self._kept[:count])
        del self._kept[:count]
        return taken
