"""A small ledger for the tests of the claims, with measurements that agree with it."""

from pathlib import Path

from rectified.claims import Estimate, Ledger

TEXT = """
- id: sigmoid-shrinks
  topic: gradients
  claim: Each sigmoid layer shrinks the gradient at least 4-fold.
  source: {key: nielsen2015neural, place: ch. 5}
  expected: holds
  why: Its slope is at most 1/4.
  tests:
    shrinkage: {quantity: shrinkage per layer, criterion: {at_least: 4}}
- id: relu-keeps
  topic: gradients
  claim: ReLU keeps the size of the gradient.
  source: {key: he2015delving, place: § 2.2}
  expected: holds-if
  condition: the weights have variance 2/fan_in
  why: Half of the units pass.
  tests:
    he: {quantity: factor per layer, criterion: {between: [0.95, 1.05]}}
    lecun: {quantity: the same with 1/fan_in, criterion: {between: [0.95, 1.05]}, outside: true}
- id: cannot-vanish
  topic: gradients
  claim: With ReLU the gradient cannot vanish.
  source: null
  expected: wrong
  why: Half of it is lost unless the weights make up for it.
  tests:
    shrinkage: {quantity: shrinkage per layer, criterion: {at_most: 1.05}}
- id: six-times
  topic: speed
  claim: ReLU networks learn six times faster than tanh networks.
  source: {key: krizhevsky2012imagenet, place: fig. 1}
  expected: open
  why: Our networks are too small to tell.
  tests:
    speed: {quantity: steps of tanh over steps of ReLU, criterion: {at_least: 6}}
"""

REFERENCES = r"""
@misc{nielsen2015neural, author={Nielsen, Michael}, title={Neural networks}, year={2015},
  url={http://neuralnetworksanddeeplearning.com/chap5.html}}
@misc{he2015delving, author={He, Kaiming and Zhang, X. and Ren, S.}, title={Delving},
  year={2015}, eprint={1502.01852}}
@misc{krizhevsky2012imagenet, author={Krizhevsky, Alex and Hinton, G.}, title={ImageNet},
  year={2012}, doi={10.1145/3065386}}
@misc{accents1999, author={van der H{\"o}ld, J.}, title={Accents}, year={1999}}
@misc{nobody2020, title={A Page}, year={2020}}
"""

MEASURED = {
    "sigmoid-shrinks": Estimate(4.2783, 4.2531, 4.3012, 20, "t"),
    "relu-keeps": {
        "he": Estimate(1.0073, 1.0012, 1.0134, 20, "t"),
        "lecun": Estimate(0.7042, 0.7001, 0.7083, 20, "t"),
    },
    "cannot-vanish": Estimate(1.4221, 1.4172, 1.4271, 20, "t"),
    "six-times": Estimate(4.1, 1.9, 7.2, 20, "BCa bootstrap"),
}


def ledger(folder: Path) -> Ledger:
    """Return the small ledger, read from `folder`."""
    (folder / "samples.yaml").write_text(TEXT, encoding="utf-8")
    return Ledger(folder)
