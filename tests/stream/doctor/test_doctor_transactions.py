"""What the doctor says of open transactions: of those that last, and of none that merely ends while it looks."""

from itertools import chain, repeat
from typing import Any

import pytest
from kafka import TopicPartition

from stream.config.settings import Settings
from stream.doctor import transactions
from stream.doctor.transactions import check_transactions

A, B, C = (TopicPartition("readings", number) for number in range(3))


def said(
    monkeypatch: pytest.MonkeyPatch, *looks: dict[Any, int], senders: dict[Any, Any] | None = None
) -> list[str]:
    """Give what the doctor finds wrong where it sees these partitions held up, one look after the other."""
    seen = chain(looks, repeat(looks[-1]))
    monkeypatch.setattr(transactions, "_PAUSE_S", 0.0)
    monkeypatch.setattr(transactions, "_held_up", lambda _: next(seen))
    monkeypatch.setattr(transactions, "_senders", lambda _: senders or {})
    found = list(check_transactions(None, Settings()))  # type: ignore[arg-type] -- asked for senders alone
    assert all(each.area == "transactions" and each.state in {"good", "wrong"} for each in found)
    return [each.found for each in found if each.state == "wrong"]


def test_one_that_ends_while_the_doctor_looks_is_not_told(monkeypatch):
    assert said(monkeypatch, {A: 0, B: 5}, {}) == []
    assert said(monkeypatch, {A: 0, B: 5}, {A: 1, B: 9}) == [], "others have begun meanwhile"


def test_one_without_a_sender_that_stays_is_told(monkeypatch):
    (line,) = said(monkeypatch, {A: 0, B: 5}, {A: 0, B: 9, C: 1})
    assert line.startswith("one is open in readings/0 from offset 0 on, and the brokers know of no sender")


def test_one_of_a_known_sender_is_told_by_its_age(monkeypatch):
    senders = {A: transactions._Sender("gateway 7", 0), B: transactions._Sender("new", 2**62)}
    (line,) = said(monkeypatch, {A: 0, B: 5}, senders=senders)
    assert line.startswith("the sender with transactional.id 'gateway 7' has had one open in readings/0 since 1970")
