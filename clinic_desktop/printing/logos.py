"""A letterhead's logo: untrusted bytes made into a plain picture, or nothing."""

import io
from functools import lru_cache

from PIL import Image

_LARGEST = 4_000_000
"""In pixels; a larger one is left out before it is unpacked."""


@lru_cache(maxsize=2)
def picture(data: bytes) -> Image.Image | None:
    """On white, without transparency; nothing when the bytes are no PNG or JPEG of a sane size."""
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as image:
            if image.width * image.height > _LARGEST:
                return None
            coloured = image.convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    white = Image.new("RGBA", coloured.size, "white")
    white.alpha_composite(coloured)
    return white.convert("RGB")


def size_in(data: bytes, width: float, height: float) -> tuple[float, float] | None:
    """How large the logo becomes in a box of that size."""
    image = picture(data)
    if image is None:
        return None
    scale = min(width / image.width, height / image.height)
    return image.width * scale, image.height * scale
