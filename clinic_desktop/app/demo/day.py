"""One whole day without anybody watching: the desk, the consulting room, the pharmacy, the evening of the stick."""

from pathlib import Path

from clinic_desktop.app.demo.consulting_room import in_the_consulting_room
from clinic_desktop.app.demo.hands import Hands
from clinic_desktop.app.demo.network import Network
from clinic_desktop.app.demo.pharmacy import at_the_pharmacy
from clinic_desktop.app.demo.reception import at_the_desk
from clinic_desktop.app.demo.report import Summary
from clinic_desktop.app.demo.rounds import check_whole, looks_round
from clinic_desktop.app.demo.sites import CENTRAL_PERSON, PANAJACHEL, SANTIAGO
from clinic_desktop.app.demo.stick import carry_the_day
from clinic_desktop.features.bundles.screens.desk import DeskScreen
from clinic_desktop.kernel.clock import StillClock


def live_day(network: Network, output: Path, clock: StillClock) -> Summary:
    """Live the day in the first clinic; the second brings its own morning. Raises NotAsExpected."""
    output.mkdir(parents=True, exist_ok=True)
    summary = Summary(output)
    for code, counts in network.counts.items():
        summary.counts[code] = counts
    summary.seconds["construir la red"] = round(network.seconds, 1)
    _first_start(output, clock, summary)
    hands = Hands(network.clinic(PANAJACHEL), clock, summary)
    posts = {post.role_code: post.name for post in PANAJACHEL.posts}
    with summary.timed("recepción"):
        at_the_desk(hands, posts["receptionist"])
    with summary.timed("consulta"):
        seen = in_the_consulting_room(hands, posts["psychiatrist"])
    with summary.timed("farmacia"):
        at_the_pharmacy(hands, posts["pharmacy"], seen)
    with summary.timed("coordinación"):
        looks_round(hands, PANAJACHEL.coordinator)
    hands.close()
    with summary.timed("memoria USB"):
        carried = carry_the_day(network, (PANAJACHEL, SANTIAGO), clock, summary)
    summary.counts["filas llevadas"] = carried.rows
    with summary.timed("central"):
        _at_the_central(network, clock, summary)
    with summary.timed("revisión"):
        check_whole(hands, PANAJACHEL.coordinator)
    summary.write()
    return summary


def _first_start(output: Path, clock: StillClock, summary: Summary) -> None:
    """What a new computer shows; nothing is made there."""
    empty = output / "primera-vez"
    hands = Hands(empty, clock, summary)
    hands.picture("primera-vez")
    hands.narrow_picture("primera-vez")
    hands.close()
    for file in sorted(empty.rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()
    if empty.exists():
        empty.rmdir()


def _at_the_central(network: Network, clock: StillClock, summary: Summary) -> None:
    hands = Hands(network.central, clock, summary)
    hands.sign_in(CENTRAL_PERSON)
    hands.office.go("stick")
    hands.look_at_tabs(hands.find(DeskScreen), "central")
    hands.leave()
    hands.close()
