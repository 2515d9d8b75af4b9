"""Lines that keep coming are told now and then, with their number."""

import logging

from stream.cli.logs import RateLimitFilter


def line(text: str, *values: object, name: str = "aiokafka") -> logging.LogRecord:
    return logging.LogRecord(name, logging.ERROR, __file__, 1, text, values, None)


def test_a_line_that_keeps_coming_is_told_once_a_while_with_what_was_left_out():
    now = [0.0]
    seldom = RateLimitFilter(every_s=30, clock=lambda: now[0])
    told = []
    for second in range(91):
        now[0] = float(second)
        record = line("cannot connect to %s", f"node {second}")
        if seldom.filter(record):
            told.append(record.getMessage())
    assert told == [
        "cannot connect to node 0",
        "cannot connect to node 30 (and 29 like it)",
        "cannot connect to node 60 (and 29 like it)",
        "cannot connect to node 90 (and 29 like it)",
    ]


def test_different_lines_do_not_hide_each_other():
    seldom = RateLimitFilter(clock=lambda: 0.0)
    assert seldom.filter(line("away"))
    assert seldom.filter(line("back"))
    assert seldom.filter(line("away", name="other"))
    assert not seldom.filter(line("away"))


def test_its_memory_is_bounded():
    seldom = RateLimitFilter(clock=lambda: 0.0)
    for number in range(5000):
        seldom.filter(line(f"text {number}"))
    assert len(seldom._last) <= 1000
