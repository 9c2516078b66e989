"""PDF bytes as pictures of their pages, for the preview and for the printer; in memory, in shades of grey.

Grey on purpose: what is seen is what a clinic's printer does, and an ink jet prints grey with its black ink alone.
"""

from dataclasses import dataclass
from threading import Lock
from typing import Self

import pypdfium2

# PDFium holds one state for the whole process and may not be entered twice.
_one_at_a_time = Lock()


@dataclass(frozen=True, slots=True)
class Raster:
    width: int
    height: int
    stride: int
    grey: bytes


class Pages:
    """Opened for one preview or one print; close it when done."""

    def __init__(self, pdf: bytes) -> None:
        with _one_at_a_time:
            self._document = pypdfium2.PdfDocument(pdf)
            self.sizes = tuple(self._size(number) for number in range(len(self._document)))

    def _size(self, number: int) -> tuple[float, float]:
        page = self._document[number]
        try:
            return page.get_size()
        finally:
            page.close()

    def __len__(self) -> int:
        return len(self.sizes)

    def raster(self, number: int, scale: float) -> Raster:
        """`scale` is in pixels for each point: 300 dots an inch are 300 / 72."""
        with _one_at_a_time:
            page = self._document[number]
            bitmap = page.render(scale=scale, grayscale=True)
            try:
                return Raster(bitmap.width, bitmap.height, bitmap.stride, bytes(bitmap.buffer))
            finally:
                bitmap.close()
                page.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        with _one_at_a_time:
            self._document.close()
