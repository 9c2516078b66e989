"""Fits the weights of rules/likeness.py on generated registrations and prints the table to paste:

    .venv/bin/python -m tests.makers.likeness_fit

One logistic regression over all signs together, so that fields that go hand in hand (twins share house, mother and
birthday) are not counted twice; with a pull towards nought for signs that are seldom seen. Its seed is not among those
of the tests and of the benchmark, and no held-out error is in it.
"""

import random
import sys
from collections import Counter
from math import exp, log

from tests.makers.duplicates import NEWCOMERS, WRITTEN_FOR, make_region
from tests.makers.likeness_desk import Desk

SEED, PEOPLE, PER_ERROR, PER_NEWCOMER = 20260, 20_000, 160, 250
_STEPS, _PULL = 30, 0.2
_PLAIN = frozenset(("given_none", "family_none", "birth_generation", "birth_far", "place_other", "sex_other"))
Signs = tuple[tuple[str, float], ...]


def examples() -> list[tuple[Signs, bool]]:
    """Each compared pair, with whether it is one person."""
    region = make_region(SEED, PEOPLE)
    desk, luck = Desk(region.registered), random.Random(SEED + 1)
    cases = [region.again(luck, error) for error in WRITTEN_FOR for _case in range(PER_ERROR)]
    cases += [region.new(luck, kind) for kind in NEWCOMERS for _case in range(PER_NEWCOMER)]
    found: list[tuple[Signs, bool]] = []
    for case in cases:
        answer = desk.ask(case)
        found += [(desk.signs(case, at), at == case.same) for at in answer.compared]
    return found


def thinned(pairs: list[tuple[Signs, bool]], luck: random.Random) -> list[tuple[Signs, bool, float]]:
    """One in eight of those who are plainly two people, counted eightfold."""
    kept: list[tuple[Signs, bool, float]] = []
    for signs, same in pairs:
        plain = not same and any(name in _PLAIN for name, _amount in signs)
        if not plain:
            kept.append((signs, same, 1.0))
        elif luck.random() < 1 / 8:
            kept.append((signs, same, 8.0))
    return kept


def fit(rows: list[tuple[Signs, bool, float]]) -> dict[str, float]:
    """Weights in bits, by Newton's method; "" is what the sum begins with."""
    names = ["", *sorted({name for signs, _same, _many in rows for name, _amount in signs})]
    place = {name: at for at, name in enumerate(names)}
    lines = [([(0, 1.0), *((place[n], x) for n, x in signs)], same, many) for signs, same, many in rows]
    weight = [0.0] * len(names)
    for _step in range(_STEPS):
        slope = [_PULL * value for value in weight]
        bend = [[_PULL if at == to else 0.0 for to in range(len(names))] for at in range(len(names))]
        for signs, same, many in lines:
            told = 1 / (1 + exp(-max(-30.0, min(30.0, sum(weight[at] * x for at, x in signs)))))
            error, curve = many * (told - same), many * told * (1 - told)
            for at, x in signs:
                slope[at] += error * x
            if curve > 1e-7:
                for at, x in signs:
                    line, scaled = bend[at], curve * x
                    for to, y in signs:
                        line[to] += scaled * y
        step = solved(bend, slope)
        longest = max(abs(each) for each in step)
        weight = [value - each * min(1.0, 2.0 / longest) for value, each in zip(weight, step, strict=True)]
        if longest < 1e-3:
            break
    return {name: weight[at] / log(2) for name, at in place.items()}


def solved(square: list[list[float]], right: list[float]) -> list[float]:
    """Gauss with the largest pivot."""
    size = len(right)
    lines = [[*square[at], right[at]] for at in range(size)]
    for at in range(size):
        best = max(range(at, size), key=lambda line: abs(lines[line][at]))
        lines[at], lines[best] = lines[best], lines[at]
        for below in range(at + 1, size):
            share = lines[below][at] / lines[at][at]
            if share:
                lines[below] = [y - share * x for x, y in zip(lines[at], lines[below], strict=True)]
    found = [0.0] * size
    for at in reversed(range(size)):
        rest = sum(lines[at][to] * found[to] for to in range(at + 1, size))
        found[at] = (lines[at][size] - rest) / lines[at][at]
    return found


def main() -> None:
    pairs = examples()
    weights = fit(thinned(pairs, random.Random(SEED + 2)))
    seen = Counter(name for signs, _same in pairs for name, _amount in signs)
    same = Counter(name for signs, is_same in pairs if is_same for name, _amount in signs)
    say = sys.stdout.write
    say(f"{len(pairs)} pairs, {sum(is_same for _signs, is_same in pairs)} of one person\n")
    for name in sorted(weights):
        say(f'    "{name}": {weights[name]:.1f},  # {same[name]} of {seen[name]}\n')
    points = [
        (sum(weights.get(name, 0.0) * amount for name, amount in (("", 1.0), *signs)), is_same)
        for signs, is_same in pairs
    ]
    for least in (x / 2 for x in range(-4, 17)):
        said = [is_same for value, is_same in points if value >= least]
        wrong, found = said.count(False), said.count(True)
        say(f"from {least:4.1f}: {found} found, {wrong} wrong, precision {found / max(1, len(said)):.4f}\n")


if __name__ == "__main__":
    main()
