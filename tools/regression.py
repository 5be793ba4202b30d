"""A multinomial logistic regression over named things, learnt by scikit-learn.

Whatever is learnt here ships as data (`bot/weights.py`), so nothing of it is needed at run time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from bot.weights import Row

Known = Mapping[str, float]  # what an example is known by, and how much
Given = Sequence[tuple[Known, int, float]]  # with its class, and how much it counts
ROUNDS = 600


def learn(given: Given, classes: int, freedom: float) -> tuple[dict[str, Row], Row]:
    """The weights by what is known, and the bias, of `classes` against none of them, which has the
    number `classes`. `freedom`: how far weights may go (scikit-learn's `C`).

    One thread: sums in another order would be others in their last places.
    """
    names = {
        name: n for n, name in enumerate(sorted({name for known, *_ in given for name in known}))
    }
    model = LogisticRegression(C=freedom, max_iter=ROUNDS)
    with threadpool_limits(1):
        model.fit(
            _matrix([known for known, *_ in given], names),
            np.array([which for _, which, _ in given]),
            sample_weight=np.array([counts for *_, counts in given]),
        )
    columns = (model.coef_[:classes] - model.coef_[classes]).T
    bias = model.intercept_[:classes] - model.intercept_[classes]
    rows = map(tuple, columns.tolist())
    return dict(zip(names, rows, strict=True)), tuple(bias.tolist())


def _matrix(given: Sequence[Known], names: Mapping[str, int]) -> csr_matrix:
    ends = np.cumsum([0, *map(len, given)])
    places = [names[name] for known in given for name in known]
    sizes = [size for known in given for size in known.values()]
    return csr_matrix((sizes, places, ends), shape=(len(given), len(names)))
