import threading
import time
from functools import partial

import pytest
from PySide6.QtWidgets import QWidget
from shiboken6 import delete

from clinic_desktop.kernel.errors import NeedsConfirmation, Refused
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.kernel.progress import Progress
from clinic_desktop.uikit import dialogs
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.voice import RememberingVoice


class Full(Refused):
    text = "The day has {count} people already."


class Alike(NeedsConfirmation):
    text = "There is one like it. Save?"


def site(asker):
    return asker.site_id


def thread_of(_work) -> str:
    return threading.current_thread().name


def refuse(_work) -> None:
    raise Full(count=30)


def save(_work, *, name: str, confirmed: bool = False) -> str:
    if not confirmed:
        raise Alike()
    return name


@pytest.fixture
def voice() -> RememberingVoice:
    return RememberingVoice()


@pytest.fixture
def real_office(vault, actor, voice, qapp):
    office = Office(vault, actor, voice=voice)
    yield office
    office.close()


@pytest.fixture
def quick(vault, actor, voice, qapp):
    return Office(vault, actor, voice=voice, immediate=True)


@pytest.fixture
def screen(qtbot):
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


def test_it_asks_at_once_and_knows_the_day_of_the_clinic(quick, vault) -> None:
    assert quick.ask(site) == vault.place.site_id
    assert quick.today().isoformat() == "2026-11-23"
    assert quick.may(Permission.SEE_DAY)


def test_a_change_runs_on_the_worker_and_its_result_comes_back_to_the_window(real_office, screen, qtbot) -> None:
    told = []
    real_office.do(thread_of, screen, then=lambda name: told.append((name, threading.current_thread())))
    qtbot.waitUntil(lambda: bool(told))
    assert told == [("worker", threading.main_thread())]


def test_saves_happen_in_the_order_they_were_given(real_office, screen, qtbot) -> None:
    told = []
    for at in range(20):
        real_office.do(lambda _work, at=at: at, screen, then=told.append)
    qtbot.waitUntil(lambda: len(told) == 20)
    assert told == list(range(20))


def test_a_result_for_a_screen_that_is_gone_is_dropped(real_office, qtbot) -> None:
    gone, told, go_on = QWidget(), [], threading.Event()
    real_office.do(lambda _work: go_on.wait(2), gone, then=told.append)
    delete(gone)
    go_on.set()
    real_office.do(site, None, then=lambda _site: told.append("after"))
    qtbot.waitUntil(lambda: bool(told))
    assert told == ["after"]


def test_a_refusal_is_told_in_its_sentence(quick, screen, voice) -> None:
    quick.do(refuse, screen)
    assert voice.said == ["The day has 30 people already."]


def test_a_screen_may_take_a_refusal_itself(quick, screen, voice) -> None:
    told = []
    quick.do(refuse, screen, failed=told.append)
    assert (voice.said, [type(error) for error in told]) == ([], [Full])


def test_a_refusal_is_told_even_when_its_screen_is_gone(real_office, voice, qtbot) -> None:
    gone, told, go_on = QWidget(), [], threading.Event()

    def late(_work):
        go_on.wait(2)
        raise Full(count=1)

    real_office.do(late, gone, failed=told.append)
    delete(gone)
    go_on.set()
    qtbot.waitUntil(lambda: bool(voice.said))
    assert told == []


def test_a_question_is_asked_and_a_yes_repeats_the_use_case(quick, screen, voice) -> None:
    told = []
    quick.do(partial(save, name="Ana"), screen, then=told.append)
    assert (voice.asked, told) == (["There is one like it. Save?"], ["Ana"])
    voice.answer = False
    quick.do(partial(save, name="Eva"), screen, then=told.append)
    assert told == ["Ana"]


def test_without_a_window_s_voice_the_question_is_a_dialog_with_the_harmless_default(
    vault, actor, qtbot, screen
) -> None:
    told, office = [], Office(vault, actor, immediate=True)
    with qtbot.waitActive(screen):
        screen.show()
    office.do(partial(save, name="Ana"), screen, then=told.append)
    question = dialogs.front()
    assert isinstance(question, dialogs.Question)
    qtbot.waitUntil(question.no.hasFocus)
    question.yes.click()
    assert told == ["Ana"]


def test_a_bug_in_a_use_case_stops_a_test(quick, screen) -> None:
    with pytest.raises(ZeroDivisionError):
        quick.do(lambda _work: 1 / 0, screen)


def test_waiting_saves_go_before_the_next_step_of_a_long_job(real_office, screen, qtbot) -> None:
    order, steps, first = [], 5, threading.Event()

    def job(_vault, _actor):
        for at in range(steps):
            order.append(f"step {at}")
            first.wait(2)
            yield Progress(at + 1, steps, "copying")
        return "done"

    told, progress = [], []
    real_office.run_long(job, screen, progress=progress.append, then=told.append)
    qtbot.waitUntil(lambda: bool(order))
    for at in range(3):
        real_office.do(lambda _work, at=at: order.append(f"save {at}"), screen)
    first.set()
    qtbot.waitUntil(lambda: bool(told))
    assert order == ["step 0", "save 0", "save 1", "save 2", "step 1", "step 2", "step 3", "step 4"]
    assert (told, [report.done for report in progress]) == (["done"], [1, 2, 3, 4, 5])


@pytest.mark.parametrize("apart", [False, True])
def test_a_long_job_ends_between_two_steps_when_it_is_cancelled(real_office, screen, qtbot, apart) -> None:
    left, told = [], []

    def job(_vault, _actor):
        try:
            while True:
                time.sleep(0.002)
                yield Progress(0, 0, "")
        finally:
            left.append(1)

    running = real_office.run_long(job, screen, cancelled=lambda: told.append("cancelled"), apart=apart)
    qtbot.wait(20)
    running.cancel()
    qtbot.waitUntil(lambda: bool(told))
    assert left == [1]
    qtbot.waitUntil(real_office.is_idle)


def test_after_a_bug_a_screen_hears_that_its_long_job_has_ended(vault, actor, screen, qapp) -> None:
    office, told = Office(vault, actor, voice=RememberingVoice(), immediate=True), []

    def job(_vault, _actor):
        yield Progress(0, 1, "copying")
        raise KeyError("x")

    with pytest.raises(KeyError):
        office.run_long(job, screen, failed=told.append, cancelled=lambda: told.append("ended"))
    with pytest.raises(KeyError):
        office.run_long(job, screen, failed=lambda error: told.append(error.sentence()))
    assert told[0] == "ended" and "KeyError" in told[1]


def test_closing_finishes_the_saves_that_wait(vault, actor, qapp) -> None:
    office, done = Office(vault, actor, voice=RememberingVoice()), []
    for at in range(10):
        office.do(lambda _work, at=at: done.append(at), None)
    office.close()
    assert done == list(range(10))


# following


class Follower(QWidget):
    def __init__(self, office, tables) -> None:
        super().__init__()
        self.count = 0
        office.follow(tables, self, self.reload)

    def reload(self) -> None:
        self.count += 1


def change(work) -> None:
    work.also_changed.add("draft")


DRAFTS = frozenset({"draft"})


def test_a_commit_reloads_who_follows_one_of_its_tables(quick, qtbot) -> None:
    near, far = Follower(quick, DRAFTS), Follower(quick, frozenset({"site"}))
    qtbot.addWidget(near)
    qtbot.addWidget(far)
    quick.do(change, near)
    assert (near.count, far.count) == (1, 0)


def test_following_ends_with_the_widget(quick, qtbot) -> None:
    gone = Follower(quick, DRAFTS)
    delete(gone)
    quick.do(change, None)
    assert gone.count == 0


def test_a_widget_that_cannot_be_seen_reloads_when_it_is_shown(quick, qtbot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    inside = Follower(quick, DRAFTS)
    inside.setParent(window)
    with qtbot.waitExposed(window):
        window.show()
    inside.hide()
    quick.do(change, None)
    quick.do(change, None)
    assert inside.count == 0
    inside.show()
    assert inside.count == 1


def test_going_is_remembered_and_told_to_the_frame(quick) -> None:
    told = []
    quick.go("chart", patient_id="p1")

    class Frame:
        def go(self, place, arguments):
            told.append((place, arguments))

        def back(self):
            told.append("back")

    quick.set_navigator(Frame())
    quick.go("today")
    quick.back()
    assert told == [("today", {}), "back"]
