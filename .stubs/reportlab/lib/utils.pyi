from PIL.Image import Image

class ImageReader:
    def __init__(self, fileName: Image) -> None: ...
