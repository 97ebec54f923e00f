"""The figures themselves, against values worked out by hand."""

import math

import numpy as np
import pytest

from afterword.records import Label
from afterword_models.evaluation import average_precision, calibration_error, report, wilson
from tests.builders import verdict


def test_the_wilson_interval_of_eight_in_ten() -> None:
    estimate = wilson(8, 10)
    assert (estimate.value, round(estimate.low, 3), round(estimate.high, 3)) == (0.8, 0.490, 0.943)


def test_a_proportion_of_nothing_is_no_number() -> None:
    assert math.isnan(wilson(0, 0).value)
    assert str(wilson(0, 0)) == "–"
    assert wilson(0, 0).as_json() == [None, None, None]


def test_average_precision_is_one_for_a_perfect_ranking_and_less_for_a_mistake() -> None:
    actual = np.array([True, False, True, False])
    assert average_precision(actual, np.array([0.9, 0.1, 0.8, 0.2])) == 1.0
    assert average_precision(actual, np.array([0.9, 0.85, 0.8, 0.2])) == pytest.approx((1 + 2 / 3) / 2)


def test_calibration_error_is_the_weighted_distance_of_the_bins() -> None:
    actual = np.array([True, False, True, True])
    assert calibration_error(actual, np.array([0.55, 0.55, 0.95, 0.95])) == pytest.approx(0.05)


def test_a_report_counts_labels_confusion_and_the_held() -> None:
    gold = [Label.REJECTION, Label.REJECTION, Label.OTHER, Label.INTERVIEW]
    said = [
        verdict(Label.REJECTION),
        verdict(Label.OTHER, hold=True),
        verdict(Label.OTHER),
        verdict(Label.INTERVIEW),
    ]
    figures = report(gold, said, 2.0)
    assert (figures.rejection.precision.value, figures.rejection.recall.value) == (1.0, 0.5)
    assert figures.confusion[Label.REJECTION] == {Label.REJECTION: 1, Label.OTHER: 1}
    assert (figures.held, figures.held_wrong, figures.mails_per_second) == (1, 1, 2.0)
