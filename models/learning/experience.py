"""The experience of a fleet, from findings: how far its rules can be trusted, and a classifier that is on trial.

A pure fold over lessons in their order: the same lessons give the same experience, bit for bit.
"""

from statistics import median
from typing import Any

import msgspec
from river import linear_model, optim

from models.alarms.false_alarm_classifier import LOWER_BELOW, MISSED_COSTS, FalseAlarmClassifier
from models.outputs import Lesson

__all__ = ["Experience", "Tally", "Trial", "classifier_of", "learn_one"]

_RATE, _SHRINK = 0.1, 0.01
_PASSES = 3
"""Lessons are few and dear: each is learned so many times."""
_MIN_LESSONS, _MIN_OF_EACH = 10, 3
_MIN_GAIN = 2.0
_LATELY = 20
_MAX_LEADS, _MAX_TRIED, _MAX_RULES, _MAX_IDS = 32, 100, 128, 256


class Tally(msgspec.Struct, array_like=True):
    """A tally of how the alerts of one rule turned out."""

    confirmed: int = 0
    false_alarms: int = 0
    leads_h: list[float] = []
    """From alert to finding, in hours, of the last 32 that were confirmed."""

    @property
    def precision(self) -> float | None:
        """Part that was confirmed; None where nobody has said anything."""
        labelled = self.confirmed + self.false_alarms
        return self.confirmed / labelled if labelled else None

    @property
    def lead_h(self) -> float | None:
        """Median of the hours from alert to finding."""
        return median(self.leads_h) if self.leads_h else None

    def update(self, lesson: Lesson) -> None:
        """Count a lesson; one that corrects an earlier one takes that back, if this tally has counted it at all."""
        if lesson.confirmed:
            self.confirmed += 1
            self.false_alarms -= lesson.corrects and self.false_alarms > 0
        else:
            self.false_alarms += 1
            self.confirmed -= lesson.corrects and self.confirmed > 0
        if lesson.confirmed:
            self.leads_h = [*self.leads_h, lesson.lead_h][-_MAX_LEADS:]


class Trial(msgspec.Struct, array_like=True):
    """The classifier's trial: what the last hundred lessons would have cost by the plain rules, and by it."""

    rule: list[float] = []
    classifier: list[float] = []
    confirmed: int = 0
    false_alarms: int = 0

    def update(self, lesson: Lesson, probability: float) -> None:
        """Count what a lesson costs, by the probability that it was given before it was learned."""
        lowered = probability < LOWER_BELOW
        by_rule = 0.0 if lesson.confirmed else 1.0
        by_classifier = (MISSED_COSTS if lesson.confirmed else 0.0) if lowered else by_rule
        self.rule = [*self.rule, by_rule][-_MAX_TRIED:]
        self.classifier = [*self.classifier, by_classifier][-_MAX_TRIED:]
        self.confirmed += lesson.confirmed
        self.false_alarms += not lesson.confirmed

    @property
    def passed(self) -> bool:
        """Whether the classifier has done better than the rules, on enough lessons, and no worse lately."""
        enough = min(self.confirmed, self.false_alarms) >= _MIN_OF_EACH and len(self.rule) >= _MIN_LESSONS
        lately = sum(self.rule[-_LATELY:]) - sum(self.classifier[-_LATELY:])
        return enough and lately >= 0.0 and sum(self.rule) - sum(self.classifier) >= _MIN_GAIN


class Experience(msgspec.Struct):
    """All that the lessons have taught, as plain numbers."""

    lessons: int = 0
    tallies: dict[str, Tally] = {}
    """By rule, and by `rule of kind`."""
    trial: Trial = msgspec.field(default_factory=Trial)
    weights: dict[str, float] = {}
    bias: float = 0.0
    steps: int = 0
    seen: list[str] = []
    """Ids of the last lessons: a worker that was killed sends its last ones again."""


def learn_one(experience: Experience, lesson: Lesson) -> bool:
    """Learn one lesson, once: count it, try the classifier on it, then teach that. Gives whether it was new."""
    if lesson.id in experience.seen:
        return False
    experience.seen = [*experience.seen, lesson.id][-_MAX_IDS:]
    experience.lessons += 1
    for name in (lesson.rule, f"{lesson.rule} of {lesson.kind}" if lesson.kind else ""):
        if name and (name in experience.tallies or len(experience.tallies) < _MAX_RULES):
            experience.tallies.setdefault(name, Tally()).update(lesson)
    if lesson.signs:
        classifier = _classifier(experience)
        experience.trial.update(lesson, classifier_of(experience).probability(lesson.signs))
        for _ in range(_PASSES):
            classifier.learn_one(lesson.signs, lesson.confirmed)
        experience.weights = {str(name): float(weight) for name, weight in classifier.weights.items()}
        experience.bias, experience.steps = float(classifier.intercept), classifier.optimizer.n_iterations
    return True


def classifier_of(experience: Experience) -> FalseAlarmClassifier:
    """Give the classifier as machines apply it."""
    return FalseAlarmClassifier(
        lessons=experience.lessons,
        used=experience.trial.passed,
        weights=dict(experience.weights),
        bias=experience.bias,
    )


def _classifier(experience: Experience) -> Any:  # noqa: ANN401 -- River's types say less than nothing here
    classifier = linear_model.LogisticRegression(optim.SGD(_RATE), l2=_SHRINK, intercept_lr=_RATE)
    classifier._weights.update(experience.weights)  # noqa: SLF001 -- River has no other way to go on
    classifier.intercept = experience.bias
    classifier.optimizer.n_iterations = experience.steps
    return classifier
