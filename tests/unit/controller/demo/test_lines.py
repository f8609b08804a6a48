from __future__ import annotations

from itertools import islice

from edge_orch_controller.demo.lines import MALFORMED, PROBE, Line, SiteLines, number_of


def lines(count: int, seed: int = 1, fault: bool = False) -> list[Line]:
    site = SiteLines("austin", seed, presses=8)
    return [site.next(1_700_000_000_000_000 + i * 1_000, fault) for i in range(count)]


def celsius(line: Line) -> float:
    return float(line.text.rpartition(b"TEMP=")[2].rstrip(b"C"))


def test_the_same_seed_gives_the_same_lines_and_another_does_not() -> None:
    assert lines(500) == lines(500)
    assert lines(500) != lines(500, seed=2)


def test_presses_take_turns_and_count_for_themselves() -> None:
    numbers = [line.number for line in lines(17)]
    assert numbers[:2] == [("austin", "press-1", 1), ("austin", "press-2", 1)]
    assert numbers[8] == ("austin", "press-1", 2)
    assert len(set(numbers)) == 17


def test_about_one_in_two_hundred_is_malformed_and_still_numbered() -> None:
    many = lines(40_000)
    broken = [line for line in many if line.malformed]
    assert 0.8 * MALFORMED < len(broken) / len(many) < 1.2 * MALFORMED
    assert all(number_of("austin", line.text) == line.number for line in many)
    assert len({line.text.rpartition(b" ")[2] for line in broken}) == 6


def test_a_fault_makes_six_of_eight_presses_hot() -> None:
    hot = {line.number[1] for line in islice(lines(80, fault=True), 80) if not line.malformed and celsius(line) > 90}
    assert hot == {f"press-{n}" for n in range(1, 7)}
    assert all(celsius(line) < 80 for line in lines(4_000) if not line.malformed)


def test_a_probe_is_a_line_that_nobody_counts() -> None:
    site = SiteLines("austin", 1, presses=8)
    assert site.probe(0).number == ("austin", PROBE, 1)
    assert site.next(0, fault=False).number == ("austin", "press-1", 1)


def test_what_is_no_line_of_a_press_has_no_number() -> None:
    assert number_of("austin", b"hello") is None
