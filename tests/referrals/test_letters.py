"""Writing a letter, what it leaves out, and what comes back."""

from dataclasses import replace
from functools import partial

import pytest

from clinic_desktop.features.patients.queries import consents as consent_queries
from clinic_desktop.features.patients.rules.consents import ConsentAnswer, ConsentPurpose, ConsentWay, Said, Talk
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.features.patients.service import consents
from clinic_desktop.features.patients.service import registering as patients
from clinic_desktop.features.referrals import queries, service
from clinic_desktop.features.referrals.letters import referral
from clinic_desktop.features.referrals.rules import (
    AlreadyAnswered,
    AnswerMissing,
    Consent,
    ConsentNotAsked,
    GoesWithoutConsent,
    LetterRefused,
    NoSuchFolio,
    Part,
    ReasonMissing,
    ReceiverMissing,
    Reply,
    ReplyKind,
    Urgency,
    Written,
    read_past,
)
from clinic_desktop.kernel.errors import NotAllowed
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.printing.paper import Slip
from clinic_desktop.storage.numbers import is_whole
from clinic_desktop.storage.vault import FinalRecord
from clinic_desktop.storage.work import Actor
from tests.printing.reading import bare, texts
from tests.referrals.conftest import DANGER, SECRET, SOCIAL


def paper(ask, request_id: str) -> str:
    return "\n".join(texts(ask(lambda reading: referral.again(reading, request_id))))


def letter_of(ask, patient_id: str):
    return ask(lambda reading: queries.of_patient(reading, patient_id))[0]


# -- writing


def test_the_same_letter_is_written_once_however_often_the_key_is_pressed(refer, ask, chart) -> None:
    drawn = new_id()
    assert refer(request_id=drawn) == refer(request_id=drawn)
    assert len(ask(lambda reading: queries.of_patient(reading, chart))) == 1


def test_each_letter_has_its_own_whole_folio(refer) -> None:
    first, second = refer(), refer()
    assert first != second
    assert is_whole(first) and first.startswith("PRU-")


def test_a_folio_drawn_for_the_preview_is_the_letters_own(refer, do) -> None:
    drawn = do(service.draw_folio)
    assert refer(folio=drawn) == drawn


def test_a_folio_that_is_taken_or_invented_is_never_used(refer) -> None:
    taken = refer()
    assert refer(folio=taken) != taken
    assert refer(folio="PRU-XX00001-0") != "PRU-XX00001-0"


def test_a_changed_letter_is_a_new_one_with_the_same_folio(refer, ask, chart) -> None:
    first = new_id()
    folio = refer(request_id=first)
    assert refer(reason="Another question", amends_id=first) == folio
    listed = ask(lambda reading: queries.of_patient(reading, chart))
    assert [row.folio for row in listed] == [folio]
    assert ask(lambda reading: queries.kept(reading, listed[0].request_id)).written.reason_text == "Another question"


@pytest.mark.parametrize(("receiver", "reason", "refusal"), [(" ", "x", ReceiverMissing), ("x", " ", ReasonMissing)])
def test_a_letter_needs_a_receiver_and_a_reason(refer, receiver, reason, refusal) -> None:
    with pytest.raises(refusal):
        refer(receiver, reason)


def test_only_who_writes_letters_may(vault, chart) -> None:
    reception = Actor("0193a000-0000-7000-8000-0000000000aa", "Ana", frozenset({Permission.RECEPTION}))
    written = Written("Hospital", Urgency.ROUTINE, "Why")
    with pytest.raises(NotAllowed):
        vault.do(partial(service.write_referral, request_id=new_id(), patient_id=chart, written=written), reception)
    with pytest.raises(NotAllowed):
        vault.ask(queries.open_referrals, reception)


def test_a_written_letter_is_final(refer, do) -> None:
    drawn = new_id()
    refer(request_id=drawn)

    def rewrite(work) -> None:
        work.cursor.execute("UPDATE service_request SET reason_text = 'x' WHERE id = ?", (drawn,))

    with pytest.raises(FinalRecord):
        do(rewrite)


def test_the_last_receiver_comes_first_and_is_found_without_accents(refer, ask) -> None:
    for receiver in ("Hospital Federico Mora", "Clínica Maya", "Hospital Regional"):
        refer(receiver)
    refer("Clínica Maya")
    assert ask(queries.receivers) == ("Clínica Maya", "Hospital Regional", "Hospital Federico Mora")
    assert ask(lambda reading: queries.receivers(reading, "clini")) == ("Clínica Maya",)


def test_that_a_paper_left_is_in_the_ledger_with_its_way_and_copies(refer, do, vault, actor) -> None:
    drawn = new_id()
    refer(request_id=drawn)
    do(partial(service.note_printed, request_id=drawn, way="print", copies=2))

    def last_line(reading):
        return reading.connection.exec_driver_sql(
            "SELECT act, row_id, detail FROM ledger ORDER BY seq DESC LIMIT 1"
        ).one()

    act, record_id, detail = vault.ask(last_line, actor)
    assert (act, record_id) == ("referrals.note_printed", drawn)
    assert '"copies":2' in detail.replace(" ", "")


# -- what the paper says


def test_words_of_the_note_social_data_and_risk_stay_here_unless_ticked(refer, ask, chart, material) -> None:
    refer()
    said = bare(paper(ask, letter_of(ask, chart).request_id))
    for left_out in (SECRET, SOCIAL, DANGER, "5512 3344", "2467 39012 1413"):
        assert bare(left_out) not in said
    assert material.words_of(Part.COURSE) == SECRET


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (Part.COURSE, SECRET),
        (Part.SOCIAL, SOCIAL),
        (Part.RISK, DANGER),
        (Part.CONTACT, "5512 3344"),
        (Part.NATIONAL_ID, "2467 39012 1413"),
    ],
)
def test_a_ticked_part_is_on_the_paper(do, ask, chart, material, part, words) -> None:
    written = Written("Hospital", Urgency.ROUTINE, "Why", parts=material.chosen([part]))
    drawn = new_id()
    do(partial(service.write_referral, request_id=drawn, patient_id=chart, written=written))
    assert bare(words) in bare(paper(ask, drawn))


def test_the_paper_has_the_fields_of_the_facts_file(refer, ask, chart, material) -> None:
    folio = refer("Hospital Regional", "Admission?")
    said = bare(paper(ask, letter_of(ask, chart).request_id))
    for expected in (
        "Clínica de prueba", folio, "Hospital Regional", "Priority", "TZOC PÉREZ, María Ixchel", "39 years", "Woman",
        "Pulay", "Ixil", "interpreter", "Admission?", "F32.1 Episodio depresivo moderado", "fluoxetina", "20 mg",
        "penicilina", "Calm, oriented, sad.", "Coordinación", "Answer to the referral", "agrees",
    ):  # fmt: skip
        assert bare(expected) in said, expected


def test_how_sure_a_diagnosis_is_goes_on_the_paper_only_when_it_is_chosen(refer, ask, chart, do, material) -> None:
    refer()
    assert bare("presumptive") not in bare(paper(ask, letter_of(ask, chart).request_id))
    written = Written("Hospital", Urgency.ROUTINE, "Why", parts=material.chosen([Part.DIAGNOSES, Part.CERTAINTY]))
    drawn = new_id()
    do(partial(service.write_referral, request_id=drawn, patient_id=chart, written=written))
    assert bare("F32.1: presumptive") in bare(paper(ask, drawn))


def test_no_head_of_the_paper_names_a_kind_of_illness(refer, ask, chart) -> None:
    refer()
    request_id = letter_of(ask, chart).request_id
    made = referral.lay_out(ask(lambda reading: referral.kept_letter(reading, request_id)))
    outside = f"{made.title} {made.letterhead} {made.footer}".casefold()
    assert not any(word in outside for word in ("mental", "psych", "psiq", "psic"))


def test_the_slip_has_the_folio_and_our_address_and_no_name(refer, ask, chart, do) -> None:
    folio = refer()
    request_id = letter_of(ask, chart).request_id
    made = referral.lay_out(ask(lambda reading: referral.kept_letter(reading, request_id)))
    slip = made.blocks[-1]
    assert isinstance(slip, Slip)
    assert slip.folio == folio and "Clínica de prueba" in slip.return_to
    assert "Tzoc" not in repr(slip)


def test_a_letter_is_printed_again_as_it_was_though_the_chart_went_on(refer, ask, do, chart) -> None:
    refer()
    do(partial(patients.add_allergy, patient_id=chart, substance="sulfas"))
    assert "sulfas" not in paper(ask, letter_of(ask, chart).request_id)


def test_markup_in_a_name_is_printed_as_it_was_typed(do, ask) -> None:
    details = Details(given_names="<b>Ana</b> & <i>", family_name="</para><br/>")
    who = do(partial(patients.register, patient_id=PatientId(new_id()), details=details)).patient_id
    written = Written("<font color=red>Hospital</font>", Urgency.ROUTINE, "<b>why</b> & \x00why not")
    drawn = new_id()
    do(partial(service.write_referral, request_id=drawn, patient_id=who, written=written))
    said = bare(paper(ask, drawn))
    for typed in ("<b>Ana</b>&<i>", "<fontcolor=red>Hospital</font>", "<b>why</b>&"):
        assert typed in said


@pytest.mark.parametrize("half_page", [False, True])
def test_twenty_thousand_letters_are_printed_whole(do, ask, chart, half_page) -> None:
    long = " ".join(f"word{n}" for n in range(2500))
    assert len(long) > 20_000
    written = Written("Hospital", Urgency.ROUTINE, "Why", summary_text=long, half_page=half_page)
    drawn = new_id()
    do(partial(service.write_referral, request_id=drawn, patient_id=chart, written=written))
    said = bare(paper(ask, drawn))
    assert all(f"word{n}" in said for n in range(0, 2500, 50)) and "word2499" in said


@pytest.mark.parametrize("field", ["summary_text", "asked_text", "follow_text", "allergies"])
def test_a_paper_is_made_with_each_field_empty(ask, chart, material, field) -> None:
    full = Written("H", Urgency.ROUTINE, "Why", "s", "a", "f", parts=material.chosen(), allergies="a")
    written = replace(full, **{field: ""})
    letter = ask(lambda reading: referral.new_letter(reading, chart, written, "PRU-AB00001-0"))
    said = texts(referral.lay_out(letter).pdf())[0]
    assert "None" not in said


def test_nobody_is_asked_for_more_than_is_known(do, ask) -> None:
    details = Details(known_as="Nana")
    who = do(partial(patients.register, patient_id=PatientId(new_id()), details=details)).patient_id
    material = ask(lambda reading: queries.material(reading, who))
    assert material.offered() == ()
    written = Written("Hospital", Urgency.EMERGENCY, "Why", allergies=material.allergies, half_page=True)
    letter = ask(lambda reading: referral.new_letter(reading, who, written, ""))
    assert "None" not in texts(referral.lay_out(letter).pdf())[0]


# -- what comes back


def test_a_slip_is_found_by_its_folio_however_it_is_copied_and_closes_the_letter(refer, do, ask, chart) -> None:
    folio = refer()
    reply = Reply(diagnosis_text="F32.1", advice_text="Go on")
    do(partial(service.record_reply, reply_id=new_id(), folio=folio.lower().replace("-", " "), reply=reply))
    assert ask(queries.open_referrals) == ()
    closed = letter_of(ask, chart)
    assert not closed.is_open and closed.replies[0].advice_text == "Go on"


def test_the_same_answer_is_written_once_and_a_second_one_is_refused(refer, do, ask, chart) -> None:
    folio, drawn = refer(), new_id()
    for _time in range(2):
        do(partial(service.record_reply, reply_id=drawn, folio=folio, reply=Reply(advice_text="Go on")))
    assert len(letter_of(ask, chart).replies) == 1
    with pytest.raises(AlreadyAnswered):
        do(partial(service.record_reply, reply_id=new_id(), folio=folio, reply=Reply(advice_text="More")))


def test_an_unknown_folio_and_an_empty_answer_are_refused(refer, do) -> None:
    folio = refer()
    with pytest.raises(NoSuchFolio) as refused:
        do(partial(service.record_reply, reply_id=new_id(), folio="pru xx1", reply=Reply(advice_text="x")))
    assert "PRU-XX1" in refused.value.sentence()
    with pytest.raises(AnswerMissing):
        do(partial(service.record_reply, reply_id=new_id(), folio=folio, reply=Reply()))


def test_after_a_month_somebody_should_ask_and_asking_leaves_it_open(refer, do, ask, clock) -> None:
    refer()
    assert not ask(queries.open_referrals)[0].late
    clock.advance(seconds=30 * 86_400)
    letter = ask(queries.open_referrals)[0]
    assert letter.late and letter.days == 30
    do(partial(service.note_call, reply_id=new_id(), request_id=letter.request_id, outcome="Seen, slip lost"))
    asked = ask(queries.open_referrals)[0]
    assert asked.is_open and asked.asked_on is not None
    do(partial(service.note_call, reply_id=new_id(), request_id=letter.request_id, outcome="Moved", give_up=True))
    assert ask(queries.open_referrals) == ()
    assert ask(queries.answered)[0].replies[-1].kind is ReplyKind.NO_ANSWER


def test_the_oldest_open_letter_comes_first(refer, ask, clock) -> None:
    refer("First")
    clock.advance(seconds=86_400 * 3)
    refer("Second")
    assert [row.receiver_text for row in ask(queries.open_referrals)] == ["First", "Second"]


def test_a_day_on_a_slip_is_over() -> None:
    from datetime import date

    today = date(2026, 11, 23)
    assert read_past("5/12", today) == date(2025, 12, 5)
    assert read_past("20/11", today) == date(2026, 11, 20)
    assert read_past("5/12/27", today) is None
    assert read_past("6s", today) is None


# -- consent


def answer(do, chart, *, yes: bool, about: str = "Hospital Regional") -> None:
    talk = Talk(decided_on=do(lambda work: work.today), way=ConsentWay.SIGNATURE)
    said = [Said(ConsentPurpose.OTHER_SERVICE, yes, about if yes else "")]
    do(partial(consents.record_answers, act_id=new_id(), patient_id=chart, answers=said, talk=talk))


def take_back(do, ask, chart) -> None:
    given = next(e for e in ask(lambda r: consent_queries.of_patient(r, chart)) if e.answer is ConsentAnswer.GIVEN)
    taking = partial(consents.withdraw, consent_id=given.id, act_id=new_id(), decided_on=given.decided_on)
    do(taking)


def write(urgency: Urgency = Urgency.PRIORITY, consent: Consent = Consent.AGREED) -> Written:
    return Written("Hospital Regional", urgency, "Admission?", consent=consent)


def send(do, chart, written: Written, request_id: str = "", despite: str = "") -> str:
    leaving = partial(service.write_and_print, request_id=request_id or new_id(), patient_id=chart, way="print")
    return do(partial(leaving, written=written, copies=1, despite=despite))


def last_detail(vault, actor) -> str:
    def last(reading):
        return reading.connection.exec_driver_sql("SELECT detail FROM ledger ORDER BY seq DESC LIMIT 1").scalar_one()

    return vault.ask(last, actor)


def test_a_letter_for_somebody_who_said_no_is_neither_shown_nor_written_whatever_the_form_says(do, ask, chart) -> None:
    answer(do, chart, yes=False)
    showing = partial(referral.prepare, patient_id=chart, content=write(), folio=None)
    with pytest.raises(LetterRefused):
        do(showing)
    with pytest.raises(LetterRefused):
        send(do, chart, write())
    assert ask(lambda reading: queries.of_patient(reading, chart)) == ()


def test_a_letter_that_nobody_asked_about_is_asked_about_first(do, ask, chart) -> None:
    with pytest.raises(ConsentNotAsked):
        send(do, chart, write(consent=Consent.NOT_ASKED))
    send(do, chart, write(consent=Consent.PARTLY))
    (said,) = ask(lambda reading: consent_queries.of_patient(reading, chart))
    assert (said.purpose, said.about, said.answer) == (
        ConsentPurpose.OTHER_SERVICE,
        "Hospital Regional",
        ConsentAnswer.GIVEN,
    )
    send(do, chart, write(consent=Consent.NOT_ASKED))
    assert len(ask(lambda reading: consent_queries.of_patient(reading, chart))) == 1


@pytest.mark.parametrize(("refused", "why"), [(True, "refused"), (False, "not-asked")])
def test_an_emergency_goes_after_a_question_and_the_log_says_why(do, vault, actor, chart, refused, why) -> None:
    if refused:
        answer(do, chart, yes=False)
    written = write(Urgency.EMERGENCY, Consent.NOT_ASKED)
    for nothing in ("", "  "):
        with pytest.raises(GoesWithoutConsent):
            send(do, chart, written, despite=nothing)
    send(do, chart, written, despite="Tomó veneno hoy")
    detail = last_detail(vault, actor).replace(" ", "")
    assert f'"without_consent":"{why}"' in detail and '"reason":"Tomóvenenohoy"' in detail


def test_that_reason_lets_nothing_go_that_is_no_emergency(do, chart) -> None:
    answer(do, chart, yes=False)
    with pytest.raises(LetterRefused):
        send(do, chart, write(Urgency.ROUTINE), despite="Tomó veneno hoy")


def test_a_yes_taken_back_stops_the_next_print_of_a_letter_that_was_written(do, ask, chart) -> None:
    drawn = new_id()
    send(do, chart, write(), request_id=drawn)
    assert "Hospital" in paper(ask, drawn)
    take_back(do, ask, chart)
    with pytest.raises(LetterRefused):
        paper(ask, drawn)
    with pytest.raises(LetterRefused):
        send(do, chart, write())
    answer(do, chart, yes=True)
    assert "Hospital" in paper(ask, drawn)


def test_a_yes_taken_back_while_the_paper_is_looked_at_stops_it_before_it_leaves(do, ask, chart) -> None:
    drawn = new_id()
    send(do, chart, write(), request_id=drawn)
    assert "Hospital" in paper(ask, drawn)
    take_back(do, ask, chart)
    with pytest.raises(LetterRefused):
        do(partial(service.note_printed, request_id=drawn, way="print", copies=1))


def test_an_emergency_that_is_printed_again_asks_for_the_danger_again_and_the_log_keeps_it(
    do, ask, vault, actor, chart
) -> None:
    answer(do, chart, yes=False)
    drawn = new_id()
    send(do, chart, write(Urgency.EMERGENCY), request_id=drawn, despite="Tomó veneno hoy")
    with pytest.raises(GoesWithoutConsent):
        paper(ask, drawn)
    noting = partial(service.note_printed, request_id=drawn, way="print", copies=1)
    with pytest.raises(GoesWithoutConsent):
        do(noting)
    do(partial(noting, despite="<b>Sigue</b>  en\u202e peligro" + "x" * 300))
    assert "<b>Sigue</b> en peligrox" in last_detail(vault, actor)


@pytest.mark.parametrize("contact_phone", ["", "+502 55123344"])
def test_a_number_that_must_not_be_called_goes_into_no_letter(contact_phone):
    quiet = Details(phone="5512 3344", do_not_call=True, contact_name="Rosa", contact_phone=contact_phone)
    assert "3344" not in queries._contact(quiet)
    assert "3344" in queries._contact(replace(quiet, do_not_call=None))
