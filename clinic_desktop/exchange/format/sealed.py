"""age encryption as a stream: constant memory at any size. Keys are X25519 only; there is no passphrase mode."""

import queue
import threading
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyrage

MAGIC = b"age-encryption.org/v1\n"
_PIECE = 256 * 1024


class NotSealed(Exception):
    """Not an age file at all."""


class NoKeyFits(Exception):
    """Not for us, or the header is damaged; age cannot tell which."""


class SealBroken(Exception):
    """Cut short, or changed after it was sealed."""


class _Pull:
    """What pyrage reads from: pieces of any length, given in the lengths it asks for."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._kept = b""
        self._at = 0

    def read(self, count: int = -1) -> bytes:
        while self._at >= len(self._kept):
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._kept, self._at = piece, 0
        taken = self._kept[self._at : self._at + count] if count >= 0 else self._kept[self._at :]
        self._at += len(taken)
        return taken


class _Push:
    """What pyrage writes to: hands pieces to the reading thread, and stops when nobody reads any more."""

    def __init__(self, out: "queue.Queue[bytes | BaseException | None]", stopped: threading.Event) -> None:
        self._out = out
        self._stopped = stopped
        self._kept = bytearray()

    def write(self, piece: bytes) -> int:
        self._kept += piece
        if len(self._kept) >= _PIECE:
            self.flush_out()
        return len(piece)

    def flush_out(self) -> None:
        if self._kept:
            _put(self._out, bytes(self._kept), self._stopped)
            self._kept.clear()

    def flush(self) -> None:
        """Nothing to do: whole pieces are handed on."""


class _Stopped(Exception):
    pass


def seal(pieces: Iterable[bytes], into: BinaryIO, recipients: Iterable[str]) -> None:
    """Encrypt a stream so that each of `recipients` can open it."""
    keys = [pyrage.x25519.Recipient.from_str(r) for r in recipients]
    pyrage.encrypt_io(cast(Any, _Pull(pieces)), into, keys)


def seal_in_steps(pieces: Iterable[bytes], into: BinaryIO, recipients: Iterable[str]) -> Generator[int, None, None]:
    """The same, giving the bytes taken so far between two pieces; who stops in between leaves an unfinished file.
    OSError if `into` takes no more."""
    given: queue.Queue[bytes | BaseException | None] = queue.Queue(maxsize=8)
    stopped, failed = threading.Event(), list[BaseException]()
    thread = threading.Thread(
        target=_seal_from, args=(given, into, list(recipients), stopped, failed), name="seal", daemon=True
    )
    thread.start()
    done = 0
    try:
        for piece in _even(pieces):
            _put(given, piece, stopped)
            done += len(piece)
            yield done
        _put(given, None, stopped)
        thread.join()
    except _Stopped:
        pass  # whoever sealed has failed, and says why
    finally:
        stopped.set()
        thread.join()
    if failed:
        raise failed[0]


def _even(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """In lengths that are worth a step, and of which some may wait."""
    kept = bytearray()
    for piece in pieces:
        kept += piece
        while len(kept) >= _PIECE:
            yield bytes(kept[:_PIECE])
            del kept[:_PIECE]
    yield bytes(kept)


def _seal_from(
    given: "queue.Queue[bytes | BaseException | None]",
    into: BinaryIO,
    recipients: list[str],
    stopped: threading.Event,
    failed: list[BaseException],
) -> None:
    def pieces() -> Iterator[bytes]:
        while not stopped.is_set():
            try:
                piece = given.get(timeout=0.2)
            except queue.Empty:
                continue
            if not isinstance(piece, bytes):
                return
            yield piece
        raise _Stopped()

    try:
        seal(pieces(), into, recipients)
    except pyrage.EncryptError as error:  # a full disk, or stopped
        failed.append(OSError(str(error)))
        stopped.set()
    except BaseException as error:  # noqa: BLE001 - whatever it was, the other thread tells it
        failed.append(error)
        stopped.set()


def open_small(path: Path, identity: str) -> bytes:
    """The plain content of a small sealed file, at once and without a thread. The caller has looked at its size."""
    content = path.read_bytes()
    if not content.startswith(MAGIC):
        raise NotSealed()
    try:
        return pyrage.decrypt(content, [pyrage.x25519.Identity.from_str(identity)])
    except pyrage.DecryptError as error:
        raise NoKeyFits() if "No matching keys" in str(error) else SealBroken() from error


def opened(path: Path, identity: str) -> Iterator[bytes]:
    """The plain pieces of a sealed file. What was given before an error must be thrown away by the caller."""
    with path.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise NotSealed()
    out: queue.Queue[bytes | BaseException | None] = queue.Queue(maxsize=8)
    stopped = threading.Event()
    thread = threading.Thread(target=_open_into, args=(path, identity, out, stopped), name="unseal", daemon=True)
    thread.start()
    try:
        while (piece := out.get()) is not None:
            if isinstance(piece, BaseException):
                raise piece
            yield piece
    finally:
        stopped.set()
        thread.join()


def _open_into(
    path: Path, identity: str, out: "queue.Queue[bytes | BaseException | None]", stopped: threading.Event
) -> None:
    end: BaseException | None = None
    try:
        push = _Push(out, stopped)
        with path.open("rb") as file:
            pyrage.decrypt_io(file, cast(Any, push), [pyrage.x25519.Identity.from_str(identity)])
        push.flush_out()
    except pyrage.DecryptError as error:
        end = NoKeyFits() if "No matching keys" in str(error) else SealBroken()
    except _Stopped:
        return
    except Exception:  # noqa: BLE001 - whatever age says of a broken file, it is broken
        end = SealBroken()
    try:
        _put(out, end, stopped)
    except _Stopped:
        return


def _put(
    out: "queue.Queue[bytes | BaseException | None]", piece: bytes | BaseException | None, stopped: threading.Event
) -> None:
    while not stopped.is_set():
        try:
            out.put(piece, timeout=0.2)
        except queue.Full:
            continue
        return
    raise _Stopped()
