"""Windows are torn down on the thread of the windows, whichever thread was the last to need them."""

import gc
import threading
import weakref
from functools import partial

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from clinic_desktop.uikit import collecting
from clinic_desktop.uikit.collecting import collect_here, collect_what_is_due
from clinic_desktop.uikit.worker import Courier, LongJob, Worker, aside


@pytest.fixture
def courier(qapp):
    return Courier()


@pytest.fixture
def worker(courier):
    working = Worker(courier.bring)
    yield working
    working.close()


class Watched(QWidget):
    def __init__(self, ended: list[int]) -> None:
        super().__init__()
        self.itself: object = None
        weakref.finalize(self, lambda: ended.append(threading.get_ident()))


class NothingYet:
    done, total, words = 0, 0, ""


NOTHING_YET = NothingYet()


def nothing(*_held: object) -> None:
    pass


def steps(_held: object):
    yield NOTHING_YET


def test_a_save_that_was_the_last_to_hold_a_window_lets_it_go_where_windows_live(worker, qtbot):
    ended: list[int] = []
    worker.save(partial(nothing, Watched(ended)))
    qtbot.waitUntil(lambda: bool(ended))
    assert ended == [threading.get_ident()]


def test_a_long_job_likewise(worker, qtbot):
    ended: list[int] = []
    held = Watched(ended)
    worker.start(LongJob(steps(held), nothing, partial(nothing, held), nothing))
    del held
    qtbot.waitUntil(lambda: bool(ended))
    assert ended == [threading.get_ident()]


def test_what_runs_aside_likewise(courier, qtbot):
    ended: list[int] = []
    held = Watched(ended)
    aside(partial(nothing, held), partial(nothing, held), nothing, courier)
    del held
    qtbot.waitUntil(lambda: bool(ended))
    assert ended == [threading.get_ident()]


def test_a_closed_window_is_not_collected_by_a_busy_worker(worker, qtbot):
    ended: list[int] = []
    done = threading.Event()
    owner = QObject()
    collect_here(owner)
    window = Watched(ended)
    window.itself = window
    del window

    def make_rings() -> None:
        for _ in range(50_000):
            ring: list[object] = []
            ring.append(ring)
        done.set()

    worker.save(make_rings)
    assert done.wait(20) and ended == []
    collect_what_is_due()
    gc.collect()
    assert ended == [threading.get_ident()]


def test_the_timer_collects_by_itself_and_python_does_again_when_it_ends(qtbot, monkeypatch):
    monkeypatch.setattr(collecting, "EVERY_MS", 1)
    owner = QObject()
    collect_here(owner)
    ended: list[int] = []
    window = Watched(ended)
    window.itself = window
    del window
    kept: list[list[object]] = [[] for _ in range(2_000)]
    qtbot.waitUntil(lambda: bool(ended) and bool(kept))
    owner.deleteLater()
    qtbot.waitUntil(gc.isenabled)
    gc.disable()
