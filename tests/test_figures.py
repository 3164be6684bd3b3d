"""Figures: the palette holds for every eye, every picture follows the theme and says what it is."""

import html
import itertools
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from colorspacious import cspace_converter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont
from IPython.core.formatters import DisplayFormatter
from matplotlib import font_manager
from matplotlib.text import Text

from rectified import data, experiments, figures
from rectified.activations import (
    ELEMENTWISE,
    VECTOR,
    Activation,
    gelu,
    leaky_relu,
    relu,
    sigmoid,
    tanh,
)
from rectified.display import tokens
from rectified.experiments import Arm, relatives, starts
from rectified.experiments.depth.gradients import GradientFlow
from rectified.experiments.depth.plateau import LearnedByDepth
from rectified.experiments.depth.propagation import SignalPropagation
from rectified.experiments.dying.dead import DeadUnits
from rectified.figures import canvas, labels, style, svg
from rectified.initializers import (
    Initializer,
    constant,
    he_normal,
    inverse_sqrt_uniform,
    unit_normal,
    variance_scaling,
    xavier_normal,
    zeros,
)
from rectified.networks import BatchNorm, StepDecay
from rectified.networks.blocks import Norm

FONTS = Path(tokens.__file__).with_name("fonts")


def propagated(*, scale: float, width: int = 32) -> SignalPropagation:
    weights = variance_scaling(scale, "fan_in", "normal")
    return experiments.signal_propagation(relu, weights=weights, depth=30, width=width)


def flowed(f: Activation, *, depth: int = 8, weights: Initializer = xavier_normal) -> GradientFlow:
    return experiments.gradient_flow(f, depth=depth, width=16, weights=weights)


def watched(f: Activation) -> DeadUnits:
    """Train a few networks at a rate that kills, and then at a tenth of it."""
    rng = np.random.default_rng(0)
    circles = data.split(data.two_circles(64, rng=rng), rng=rng)
    rates = {"learning_rates": [4.0], "schedule": StepDecay(every=20)}
    watch = {"seeds": range(5), "steps": 40, "batch": 16, "every": 2}
    return experiments.dead_units(f, data=circles, widths=(24,), **rates, **watch)


def some_digits() -> data.Split:
    return data.split(data.digits(200, rng=np.random.default_rng(0)), rng=np.random.default_rng(1))


@cache
def trained_by_depth(normalize: type[Norm] | None = None) -> LearnedByDepth:
    """Train a few small networks from two starts."""
    ways = {"tanh": Arm(f=tanh, normalize=normalize), "ReLU": Arm(f=relu, normalize=normalize)}
    budget = {"hidden": (1, 3), "width": 8, "steps": 20, "learning_rates": (0.1,)}
    return experiments.learned_by_depth(ways, **budget)


def briefly() -> dict[str, Any]:
    """Return a few digits, and a training that is over soon."""
    budget = {"seeds": range(6), "steps": 12, "learning_rates": (0.1, 0.3)}
    return {"data": some_digits().standardised(), **budget}


def depths() -> figures.Figure:
    arms = experiments.contestants()
    found = experiments.depths_reached(arms, depths=(2, 3), width=6, **briefly())
    titles = {name: arm.f.title for name, arm in arms.items()}
    return figures.depths_reached(found, titles=titles, inks={name: name for name in arms})


def sparser() -> figures.Figure:
    starts = experiments.sparser_starts(widths=(6, 6), target=0.9, **briefly())
    settings = {name: value for name, value in briefly().items() if name != "learning_rates"}
    priced = experiments.priced_outputs(strengths=(0.0, 0.1), widths=(6,), **settings)
    return figures.sparser(starts, priced)


def dead_digits(biases: float) -> DeadUnits:
    watch = {"data": some_digits(), "seeds": range(4), "steps": 10, "every": 10}
    rates = {"learning_rates": (0.1, 1.0, 3.0)}
    return experiments.dead_units(relu, widths=(6,), biases=constant(biases), **watch, **rates)


def remedied() -> figures.Figure:
    """Kill many units, and try every remedy for a few steps; a large leak diverges."""
    settings = {"data": some_digits(), "seeds": range(4), "steps": 10}
    early = experiments.prevention(experiments.remedies(), learning_rate=30.0, **settings)
    harm = {"harmful_rate": 3.0, "harmful_steps": 20}
    late = experiments.rescue(experiments.remedies(late=True), **harm, **settings)
    return figures.remedies(early, late)


def standings() -> figures.Figure:
    moons = data.split(data.moons(80, rng=np.random.default_rng(0)), rng=np.random.default_rng(1))
    names = ("relu", "leaky_relu", "tanh", "maxout", "identity")
    settings = {"tasks": {"moons": moons, "again": moons}, "width": 4, "steps": 20}
    return figures.standings(relatives.tournament(names, **settings))


EXAMPLES: dict[str, Callable[[], figures.Figure]] = {
    "activation_costs": lambda: figures.activation_costs(data.recorded_costs()),
    "approximation_rates": lambda: figures.approximation_rates(experiments.approximation_rates()),
    "between_twins": lambda: figures.between_twins(experiments.between_twins()),
    "born_dead": lambda: figures.born_dead(
        experiments.born_dead("offset", values=(0.0, 1.0, 2.0, 4.0), seeds=range(5)),
        experiments.born_dead("bias", values=(-2.0, -1.0, 0.0), seeds=range(5)),
    ),
    "cures": lambda: figures.cures({"tanh": [trained_by_depth(), trained_by_depth(BatchNorm)]}),
    "dead_by_depth": lambda: figures.dead_by_depth(
        {"He": experiments.dead_by_depth(data=some_digits(), depth=5, width=8, seeds=range(4))}
    ),
    "deaths_by_rate": lambda: figures.deaths_by_rate(
        {"low": dead_digits(-1.0), "none": dead_digits(0.0)}
    ),
    "depths_reached": depths,
    "difference_errors": lambda: figures.difference_errors(
        [experiments.difference_errors(dtype=kind) for kind in (np.float64, np.float32)]
    ),
    "dying": lambda: figures.dying(*map(watched, (relu, leaky_relu(slope=0.1)))),
    "first_losses": lambda: figures.first_losses(
        {law.title: starts.first_loss(law) for law in (unit_normal, he_normal)}, asked=51.4
    ),
    "first_weights": lambda: figures.first_weights(
        starts.symmetric_starts(starts.plain_starts(), **briefly()), ["all 0.1", "identity", "He"]
    ),
    "flat_ends": lambda: figures.flat_ends([experiments.flat_ends(f) for f in (sigmoid, tanh)]),
    "gallery": lambda: figures.gallery(ELEMENTWISE.values()),
    "gradients_by_layer": lambda: figures.gradients_by_layer([flowed(sigmoid), flowed(relu)]),
    "gradients_by_start": lambda: figures.gradients_by_start(
        {f.title: [flowed(f)] for f in (sigmoid, relu)}
    ),
    "hinge_folds": lambda: figures.hinge_folds(
        experiments.zigzag_layers(hinges=6, layers=1), experiments.zigzag_layers(hinges=3, layers=2)
    ),
    "hinges": lambda: figures.hinges(
        [experiments.hinge_interpolant(np.square, m) for m in (1, 2, 4, 8)], shown=4, target="x²"
    ),
    "iterated": lambda: figures.iterated(
        [
            *(experiments.iterates(f) for f in (relu, sigmoid)),
            experiments.iterates(sigmoid, weight=8.0, bias=-4.0),
        ]
    ),
    "learned_by_depth": lambda: figures.learned_by_depth(trained_by_depth()),
    "learning": lambda: figures.learning(experiments.learn_moons()),
    "loss_by_depth": lambda: figures.loss_by_depth(
        [starts.rectifier_depths(hidden, width=8, steps=20) for hidden in (1, 3)]
    ),
    "luck_by_width": lambda: figures.luck_by_width(starts.luck_by_width(steps=20)),
    "moons_learned": lambda: figures.moons_learned(experiments.moons_pictures()),
    "one_step": lambda: figures.one_step(experiments.one_step()),
    "passages": lambda: figures.passages([experiments.passage(f) for f in (relu, sigmoid, gelu)]),
    "race_curves": lambda: figures.race_curves(
        experiments.race(experiments.contestants((6, 6)), target=0.85, **briefly())
    ),
    "race_steps": lambda: figures.race_steps(
        experiments.race(experiments.contestants((6, 6)), target=0.85, **briefly())
    ),
    "rectified_photograph": lambda: figures.rectified_photograph(
        experiments.rectified_photograph()
    ),
    "region_counts": lambda: figures.region_counts(experiments.region_counts(seeds=range(3))),
    "plateau": lambda: figures.plateau(trained_by_depth(), ["tanh", "ReLU"]),
    "remedies": remedied,
    "regions": lambda: figures.regions(
        experiments.plane_regions(seed=13, widths=(16, 16, 16), box=2.0)
    ),
    "signals_by_layer": lambda: figures.signals_by_layer(
        [propagated(scale=scale) for scale in (4.0, 2.0, 1.0)]
    ),
    "slopes": lambda: figures.slopes([sigmoid, tanh, relu, gelu]),
    "smooth_relatives": lambda: figures.smooth_relatives(
        experiments.softplus_gap(), experiments.stepped_sum()
    ),
    "learned_slopes": lambda: figures.learned_slopes(
        relatives.learned_slopes(data=some_digits(), steps=100, every=10)
    ),
    "normalizing": lambda: figures.normalizing(
        relatives.normalizing(), relatives.normalizing(relu, weights=he_normal)
    ),
    "spiking": lambda: figures.spiking(
        relatives.spiking(data=some_digits(), steps=100, examples=50, seeds=range(4))
    ),
    "standings": standings,
    "tangents": lambda: figures.tangents(relatives.tangents()),
    "sparser": sparser,
    "spread": lambda: figures.spread([experiments.spread(f) for f in (sigmoid, tanh, relu, gelu)]),
    "templates": lambda: figures.templates(experiments.templates(data=some_digits())),
    "value_and_slope": lambda: figures.value_and_slope(experiments.slopes_at_zero()),
    "with_and_without_bend": lambda: figures.with_and_without_bend(
        [experiments.with_and_without_bend(f, seeds=range(5)) for f in (relu, tanh)]
    ),
    "zeros_saved": lambda: figures.zeros_saved(data.recorded_costs()),
}
TABLES = {
    "activation_table",
    "layer_table",
    "special_table",
    "step_table",
}  # of display, so without alt or theme
HEAVY = ("regions", "moons_learned", "rectified_photograph")  # hundreds of marks each
LIMITS = dict.fromkeys(HEAVY, 120_000)  # bytes
each_figure = pytest.mark.parametrize("name", EXAMPLES)


@cache
def example(name: str) -> figures.Figure:
    return EXAMPLES[name]()


@cache
def picture(name: str) -> str:
    return example(name).svg()


# The palette. Least contrast 4.5 for what is also used as text, 3 for marks (WCAG 2.2, 1.4.3 and
# 1.4.11). Least distance 12 in CAM02-UCS: Okabe and Ito's six colours reach 11.0 for a tritanope.
VIEWS = {"normal": lambda c: c} | {
    name: lambda c, kind=kind: np.clip(
        cspace_converter({"name": "sRGB1+CVD", "cvd_type": kind, "severity": 100}, "sRGB1")(c), 0, 1
    )
    for name, kind in [
        ("protan", "protanomaly"),
        ("deutan", "deuteranomaly"),
        ("tritan", "tritanomaly"),
    ]
}
UCS = cspace_converter("sRGB1", "CAM02-UCS")
each_theme = pytest.mark.parametrize("theme", [tokens.LIGHT, tokens.DARK], ids=["light", "dark"])
each_view = pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS.keys())


def rgb(colour: str) -> np.ndarray:
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255


def luminance(colour: str) -> float:
    c = rgb(colour)
    return float(
        np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]
    )


def contrast(a: str, b: str) -> float:
    low, high = sorted([luminance(a), luminance(b)])
    return (high + 0.05) / (low + 0.05)


def test_contrast_of_black_and_white_is_21_as_wcag_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21, abs=1e-12)


@each_theme
@pytest.mark.parametrize(
    ("least", "names"),
    [
        (7, ["text"]),
        (4.5, ["muted", "link", "accent", *style.ROLES]),
        (4.5, [f"code-{kind}" for kind in ("kw", "str", "num", "com", "fn")]),
        (3, ["rule-strong", "div-n3", "div-n2", "div-p2", "div-p3"]),
    ],
)
def test_colours_stand_out_from_page_and_surface(theme, least, names) -> None:
    measured = {n: min(contrast(theme[n], theme[b]) for b in ("bg", "surface")) for n in names}
    assert min(measured.values()) >= least, measured


@each_theme
def test_text_stands_out_from_what_lies_behind_it_in_buttons_and_marked_text(theme) -> None:
    assert contrast(theme["on-accent"], theme["accent"]) >= 4.5
    assert contrast(theme["text"], theme["mark"]) >= 7


@each_view
@each_theme
def test_the_six_roles_differ_for_every_eye(theme, view) -> None:
    seen = UCS(view(np.array([rgb(theme[role]) for role in style.ROLES])))
    distances = [np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)]
    assert min(distances) >= 12


@each_view
@each_theme
def test_ramps_get_steadily_lighter_or_darker_for_every_eye(theme, view) -> None:
    names = [f"seq-{i}" for i in range(7)]
    sequential = UCS(view(np.array([rgb(theme[n]) for n in names])))[:, 0]
    assert abs(np.diff(np.sign(np.diff(sequential)))).max() == 0
    assert abs(np.diff(sequential)).min() >= 5
    names = [f"div-{k}" for k in ("n3", "n2", "n1", "0", "p1", "p2", "p3")]
    diverging = UCS(view(np.array([rgb(theme[n]) for n in names])))
    for arm in (diverging[3::-1, 0], diverging[3:, 0]):
        assert abs(np.diff(np.sign(np.diff(arm)))).max() == 0
        assert abs(np.diff(arm)).min() >= 5
    assert np.linalg.norm(diverging[0] - diverging[-1]) >= 20


# Roles


def test_every_activation_has_a_role_and_the_named_six_have_their_own() -> None:
    assert {style.role(f.name, f.family) for f in ELEMENTWISE.values()} <= set(style.ROLES)
    own = {"relu": "relu", "leaky_relu": "leaky", "sigmoid": "sigmoid", "tanh": "tanh"}
    own |= {"gelu": "smooth", "identity": "linear", "prelu": "leaky", "hard_tanh": "tanh"}
    assert {k: style.role(ELEMENTWISE[k].name, ELEMENTWISE[k].family) for k in own} == own


def test_an_unknown_name_and_family_has_no_colour() -> None:
    with pytest.raises(ValueError, match="no colour for 'wavelet'"):
        style.colour("wavelet", "oscillating")


def test_a_light_colour_says_which_dark_one_it_becomes() -> None:
    figure_names = [n for n in tokens.LIGHT if not n.startswith(svg.NOT_FOR_FIGURES)]
    for name in figure_names:
        assert tokens.DARK[svg.TOKENS[tokens.LIGHT[name]]] == tokens.DARK[name], name


# Every figure


def test_every_public_figure_has_an_example_here() -> None:
    assert set(EXAMPLES) == set(figures.__all__) - {"Figure"} - TABLES


@each_figure
def test_a_figure_says_its_message_and_what_one_sees(name: str) -> None:
    figure = example(name)
    assert len(figure.message) <= 110, "a message is read at a glance"
    assert len(figure.alt.split()) >= 20
    assert not re.search(r"nan|inf\b|\$|\{|-\d", figure.text()), figure.text()


@each_figure
def test_a_picture_is_small_well_formed_and_labelled(name: str) -> None:
    element = ElementTree.fromstring(picture(name))
    assert element.get("role") == "img"
    assert element.get("aria-label") == example(name).alt
    assert element.get("width") is None, "the page decides how wide a picture is"
    assert element.get("viewBox").startswith("0 0 480 ")
    assert len(picture(name).encode()) <= LIMITS.get(name, 60_000)


@each_figure
def test_every_colour_of_a_picture_follows_the_theme(name: str) -> None:
    bare = re.sub(r"var\(--rc-([\w-]+), (#[0-9a-f]{6})\)", "", picture(name))
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b(?!-)", re.sub(r'(href="|url\()#', "", bare))
    for token, value in set(re.findall(r"var\(--rc-([\w-]+), (#[0-9a-f]{6})\)", picture(name))):
        assert tokens.LIGHT[token] == value


@each_figure
@each_theme
def test_marks_and_text_of_a_picture_stand_out(name: str, theme) -> None:
    decoration = {"rule", "bg"}  # hairlines behind the data, and the ground itself
    ramp = {token for token, _ in figures.planes.SHADES}  # pale in its middle, by design
    used = set()
    for tag in re.findall(r"<(?:path|use|text)\b[^>]*>", picture(name)):
        least = 4.5 if tag.startswith("<text") else 3
        for kind, token in re.findall(r"(fill|stroke): var\(--rc-([\w-]+)", tag):
            if token not in decoration | ramp and f"{kind}-opacity" not in tag:
                used.add(token)
                assert contrast(theme[token], theme["bg"]) >= least, tag
    assert used, "nothing was checked"


@each_figure
def test_no_text_of_a_picture_overlaps_another_or_leaves_the_canvas(name: str) -> None:
    drawing = example(name).drawing
    with style.house_style():
        drawing.draw_without_rendering()
        written = re.findall(r">([^<>]+)</text>", html.unescape(picture(name)))
        shown = [t for t in drawing.findobj(Text) if t.get_visible() and t.get_text() in written]
        boxes = [(t.get_text(), t.get_window_extent()) for t in shown]
    assert len(boxes) >= 3
    width, height = drawing.bbox.size
    for text, box in boxes:
        # half a letter may hang out: pages leave 10 px at each side
        assert -4 <= box.x0 < box.x1 <= width + 8, text
        assert -1 <= box.y0 < box.y1 <= height + 1, text
    for (a, one), (b, two) in itertools.combinations(boxes, 2):
        across = min(one.x1, two.x1) - max(one.x0, two.x0)
        along = min(one.y1, two.y1) - max(one.y0, two.y0)
        # a box has air above its letters: 0.3 of its height may be shared
        assert across <= 0 or along <= 0.3 * min(one.height, two.height), f"{a!r} on {b!r}"


@each_figure
def test_two_drawings_of_the_same_result_are_the_same_bytes(name: str) -> None:
    assert EXAMPLES[name]().svg() == picture(name)


def test_ids_of_two_pictures_differ_and_references_hit() -> None:
    ids = {name: set(re.findall(r'\bid="([^"]+)"', picture(name))) for name in EXAMPLES}
    for a, b in itertools.combinations(ids.values(), 2):
        assert not a & b
    for name in EXAMPLES:
        assert set(re.findall(r'(?:href="|url\()#([^")]+)', picture(name))) == ids[name]


# The canvas


def small(**changes: str) -> figures.Figure:
    words = {"message": "One line rises from 0 to 1", "alt": "A line that rises to the right."}
    with style.house_style():
        drawing = canvas.blank(height=100)
        drawing.subplots().plot([0, 1], [0, 1])
    return figures.Figure(drawing, **(words | changes))


def test_html_has_message_picture_and_caption_escaped() -> None:
    figure = small(
        message='Where a < b & "c" hold', alt='A "line" & a < sign, drawn.', caption="<b>"
    )
    shown = figure.html()
    ElementTree.fromstring(shown)
    assert shown.startswith(
        '<figure class="rc-figure-box"><p class="rc-message">Where a &lt; b &amp; '
    )
    assert shown.endswith("</svg><figcaption>&lt;b&gt;</figcaption></figure>")
    assert "<figcaption" not in small().html()


def test_no_line_ends_between_a_number_and_its_percent_sign_or_power() -> None:
    shown = small(
        message="It falls from 50 % to 5 · 10⁻¹⁶ in 3 steps", caption="95 % interval"
    ).html()
    assert (
        "from 50\N{NO-BREAK SPACE}% to 5\N{NO-BREAK SPACE}·\N{NO-BREAK SPACE}10⁻¹⁶ in 3 steps"
        in shown
    )
    assert "95\N{NO-BREAK SPACE}% interval" in shown


@pytest.mark.parametrize(
    ("number", "text"), [(1.0, "1"), (1e-5, "10⁻⁵"), (1e12, "10¹²"), (3e-16, "3 · 10⁻¹⁶")]
)
def test_small_and_large_numbers_are_powers_of_ten(number: float, text: str) -> None:
    assert labels.power(number) == text


def test_backslashes_in_an_alternative_survive() -> None:
    assert (
        ElementTree.fromstring(small(alt=r"The folder \1 and \g<0> rises.").svg()).get("aria-label")
        == r"The folder \1 and \g<0> rises."
    )


@pytest.mark.parametrize("missing", ["", "Figure 1", "no capital letter at the start."])
@pytest.mark.parametrize("name", ["message", "alt"])
def test_a_message_or_alternative_that_is_no_sentence_is_refused(name: str, missing: str) -> None:
    with pytest.raises(ValueError, match=f"^{name} must be a sentence"):
        small(**{name: missing})


def test_an_alternative_without_a_full_stop_is_refused() -> None:
    with pytest.raises(ValueError, match="full stop"):
        small(alt="A line that rises to the right")


def test_text_output_has_message_alternative_and_caption() -> None:
    assert small(caption="How.").text().splitlines() == [
        "One line rises from 0 to 1",
        "A line that rises to the right.",
        "How.",
    ]


def test_jupyter_gets_html_and_text_and_nothing_else() -> None:
    data, metadata = DisplayFormatter().format(small())
    assert set(data) == {"text/html", "text/plain"}
    assert metadata["rectified"] == {"kind": "figure"}


def drawn(**style_of_line) -> figures.Figure:
    figure = small()
    figure.drawing.axes[0].plot([0, 1], [1, 0], **style_of_line)
    return figure


def test_a_colour_without_a_token_is_refused() -> None:
    with pytest.raises(ValueError, match=r"colours without a token: \['#1f77b4'\]"):
        drawn(color="#1f77b4").svg()


def test_black_is_refused_even_where_matplotlib_leaves_it_out() -> None:
    figure = small()
    figure.drawing.axes[0].text(0, 0, "black", color="black")
    with pytest.raises(ValueError, match="a mark without a colour, or black"):
        figure.svg()
    figure = small()
    figure.drawing.axes[0].fill_between([0, 1], [1, 1], color="black")
    with pytest.raises(ValueError, match=r"colours without a token: \['#000000'\]"):
        figure.svg()


def test_a_raster_image_is_refused() -> None:
    figure = small()
    figure.drawing.axes[0].imshow(np.eye(3))
    with pytest.raises(ValueError, match="raster"):
        figure.svg()


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_mathematics_in_text_is_refused_even_in_ticks(scale: str) -> None:
    figure = small()
    axes = figure.drawing.axes[0]
    axes.set_yscale(scale)
    if scale == "linear":
        axes.set_title("the root $\\sqrt{2}$", color=tokens.LIGHT["text"])
    with pytest.raises(ValueError, match="write Unicode"):
        figure.svg()


def test_shortening_leaves_numbers_in_text_alone() -> None:
    figure = small()
    figure.drawing.axes[0].set_title("0.123456", color=tokens.LIGHT["text"])
    assert "0.123456<" in figure.svg()


def test_a_path_in_steps_goes_where_the_line_goes() -> None:
    figure = small()
    axes = figure.drawing.axes[0]
    x = np.linspace(0, 1, 200)
    (line,) = axes.plot(x, np.arange(200) % 2, color=tokens.LIGHT["relu"])
    line.get_path().should_simplify = False
    path = max(re.findall(r' d="m([^"z]*)"', figure.svg()), key=len)
    places = np.cumsum([np.fromstring(step, sep=" ") for step in path.split("l")], axis=0)
    drawn = axes.transData.transform(line.get_xydata()) * 72 / figure.drawing.dpi
    drawn[:, 1] = figure.drawing.get_figheight() * 72 - drawn[:, 1]
    assert np.abs(places - drawn).max() < 0.056  # half a hundredth, half a tenth; no step more


def test_figures_leave_the_readers_settings_alone_and_do_not_follow_them() -> None:
    expected = small().svg()
    with mpl.rc_context({"lines.linewidth": 9.0, "font.size": 30.0, "svg.fonttype": "path"}):
        before = dict(mpl.rcParams)
        assert small().svg() == expected
        figures.slopes([relu])
        assert dict(mpl.rcParams) == before


def test_importing_figures_does_not_import_pyplot() -> None:
    code = "import sys, rectified.figures; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("weight", [400, 600])
def test_matplotlib_measures_the_text_that_the_page_will_set(weight: int) -> None:
    path = font_manager.findfont(
        font_manager.FontProperties(family="Rectified Sans", weight=weight)
    )
    assert path.endswith(f"rectified-sans-{weight}.ttf")
    ours = TTFont(path)
    for part in ("latin", "greek", "powers"):
        page = TTFont(FONTS / f"rectified-sans-{part}.woff2")
        page = instantiateVariableFont(page, {"wght": weight})
        for code, glyph in page.getBestCmap().items():
            ratio = ours["head"].unitsPerEm / page["head"].unitsPerEm
            expected = page["hmtx"][glyph][0] * ratio
            assert ours["hmtx"][ours.getBestCmap()[code]][0] == expected, chr(code)


# What figures refuse


def test_figures_refuse_what_they_cannot_draw() -> None:
    results = [experiments.hinge_interpolant(np.square, m) for m in (1, 2, 4)]
    with pytest.raises(ValueError, match="shown must be one of"):
        figures.hinges(results, shown=3)
    with pytest.raises(ValueError, match="results must double"):
        figures.hinges(results[::2], shown=4)
    with pytest.raises(ValueError, match="activations is empty"):
        figures.slopes([])
    with pytest.raises(ValueError, match="results is empty"):
        figures.with_and_without_bend([])
    with pytest.raises(ValueError, match="holds no network that learned"):
        figures.between_twins(experiments.between_twins(steps=1))
    with pytest.raises(ValueError, match="same mean_in"):
        figures.spread([experiments.spread(relu), experiments.spread(relu, std=2.0)])
    with pytest.raises(ValueError, match="same mean_in"):
        figures.passages([experiments.passage(relu), experiments.passage(relu, mean=1.0)])
    with pytest.raises(ValueError, match="same share"):
        figures.flat_ends([experiments.flat_ends(tanh), experiments.flat_ends(tanh, share=0.1)])
    with pytest.raises(ValueError, match="same f, depth, width"):
        figures.signals_by_layer([propagated(scale=2.0), propagated(scale=2.0, width=8)])
    with pytest.raises(ValueError, match="theory says something"):
        figures.signals_by_layer([experiments.signal_propagation(relu, weights=zeros, depth=2)])
    with pytest.raises(ValueError, match="same depth, width"):
        figures.gradients_by_layer([flowed(relu), flowed(relu, depth=2)])
    with pytest.raises(ValueError, match="at least 2 layers"):
        figures.gradients_by_layer([flowed(relu, depth=1)])
    with pytest.raises(ValueError, match="hidden layer"):
        figures.regions(experiments.plane_regions(seed=0, widths=()))


def test_errors_of_many_hinges_are_labelled_in_plain_decimals() -> None:
    sums = [experiments.hinge_interpolant(np.square, 2**k) for k in range(7)]
    axes = figures.hinges(sums, shown=2).drawing.axes[1]
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == ["0.00001", "0.0001", "0.001", "0.01", "0.1", "1"]


def test_the_picture_of_a_single_layer_is_one_square() -> None:
    figure = figures.regions(experiments.plane_regions(seed=0, widths=(1,)))
    assert figure.message == "1 ReLU cut this square into 2 flat pieces"
    assert len(figure.drawing.axes) == 1


def test_an_odd_number_of_panels_leaves_no_empty_one() -> None:
    figure = figures.spread([experiments.spread(f) for f in (relu, tanh, gelu)])
    assert len(figure.drawing.axes) == 3


def test_the_slopes_of_a_single_activation_can_be_drawn() -> None:
    assert figures.slopes([relu]).message == "The slope is at most 1 for ReLU"
    assert "1 of these 1" not in figures.gallery([relu]).message


def test_a_label_stands_beside_its_own_curve_and_off_all_others() -> None:
    figure = example("slopes")
    axes = figure.drawing.axes[0]
    with style.house_style():
        figure.drawing.draw_without_rendering()
        boxes = {t.get_text(): t.get_window_extent() for t in axes.texts}
    lines = dict(zip(boxes, axes.lines, strict=True))  # both in the order of the activations
    for name, box in boxes.items():
        for other, line in lines.items():
            points = axes.transData.transform(line.get_xydata())
            assert box.count_contains(points[np.isfinite(points).all(axis=1)]) == 0, (name, other)


def test_signed_writes_a_real_minus_and_none_before_zero() -> None:
    assert [labels.signed(x) for x in (0.5, -1.234, -0.001)] == ["0.50", "−1.23", "0.00"]


def test_the_tables_have_a_row_for_each_activation_and_say_what_it_says() -> None:
    table = figures.activation_table(ELEMENTWISE.values())
    rows = {row[0]: dict(zip(table.columns, row, strict=True)) for row in table.rows}
    assert len(rows) == len(ELEMENTWISE)
    assert rows["sigmoid"]["largest slope"] == 0.25
    assert rows["ReLU"]["highest value"] == np.inf
    assert (rows["ReLU"]["monotone"], rows["ReLU"]["zero-centred"]) == ("yes", "no")
    layers = figures.layer_table(VECTOR.values())
    assert dict(layers.rows)["CReLU"] == 16


def test_colour_says_which_function_and_a_dash_says_slope() -> None:
    lines = example("slopes").drawing.axes[0].lines
    shown = [(line.get_color(), line.is_dashed()) for line in lines]
    assert shown == [(tokens.LIGHT[name], True) for name in ("sigmoid", "tanh", "relu", "smooth")]
    value, slope = figures.gallery([tanh]).drawing.axes[0].lines[-3:-1]
    assert (value.get_color(), value.is_dashed()) == (tokens.LIGHT["tanh"], False)
    assert (slope.get_color(), slope.is_dashed()) == (tokens.LIGHT["tanh"], True)


def test_a_change_of_nothing_is_written_without_a_sign() -> None:
    changes = [row[3] for row in figures.step_table(experiments.one_step()).rows]
    assert 0.0 in changes
    assert not any(np.signbit(change) for change in changes if change == 0)


def test_no_network_of_a_learning_curve_is_cut_off() -> None:
    found = experiments.learn_moons()
    low, high = example("learning").drawing.axes[1].get_ylim()
    assert low <= 100 * found.test_accuracy.min() < low + 10
    assert high == 100


def test_what_becomes_of_signals_is_read_from_the_networks() -> None:
    figure = example("signals_by_layer")
    notes = [text.get_text() for text in figure.drawing.axes[0].texts]
    assert notes == ["gain 2 explodes", "gain 1.41 survives", "gain 1 vanishes"]
    ends = [float(np.median(propagated(scale=s).mean_square_z[:, -1])) for s in (4.0, 2.0, 1.0)]
    for end, gain in zip(ends, ("2", "1.41", "1"), strict=True):
        written = f"{end:.2g}" if 1e-3 < end < 1e4 else labels.power(end)
        assert f"{written} at gain {gain}" in figure.message


def test_what_is_left_of_gradients_is_read_from_the_networks() -> None:
    message = example("gradients_by_layer").message
    for f in (sigmoid, relu):
        mean_square = flowed(f).mean_square
        left = float(np.median(np.sqrt(mean_square[:, 0] / mean_square[:, -1])))
        written = f"{left:.2g}" if left > 1e-3 else labels.power(left)
        assert f"{f.title} with Xavier normal" in message
        assert f" {written}" in message


def test_what_is_said_of_learning_is_read_from_the_results() -> None:
    untrained = figures.moons_learned(experiments.moons_pictures(steps=(0,)))
    assert untrained.message.endswith("after 0 steps on 39 %")
    assert "19 of 20 networks" in example("between_twins").caption
    assert "as −1, 2, 2, and leaves their gates as −1, 0, 2" in example("one_step").alt


def test_the_pictures_of_learning_refuse_what_they_cannot_show() -> None:
    with pytest.raises(ValueError, match="results is empty; give at least one of difference_err"):
        figures.difference_errors([])
    for steps in ([], [0, 5], [10, 10], [20, 10]):
        with pytest.raises(ValueError, match="steps must be multiples of 10 that rise"):
            experiments.moons_pictures(steps=steps)


def test_an_odd_number_of_planes_and_one_without_a_boundary_can_be_drawn() -> None:
    result = experiments.moons_pictures(steps=(0, 10, 20))
    sure = replace(result, lead=np.abs(result.lead) + 1.0)  # class 1 everywhere: no boundary
    for each, lines in ((result, 3), (sure, 0)):
        drawing = figures.moons_learned(each).drawing
        assert len(drawing.axes) == 3
        sets = [each for axes in drawing.axes for each in axes.collections]
        assert sum(not each.filled for each in sets) == lines


def test_the_table_of_a_step_has_each_parameter_and_what_moved_it() -> None:
    table = figures.step_table(experiments.one_step())
    assert len(table.rows) == 13
    for _, before, slope, change, after in table.rows:
        assert change == pytest.approx(-0.1 * slope, abs=1e-15)
        assert after == pytest.approx(before + change, abs=1e-15)  # numbers near 1, rounded once
    assert "-0" not in table.text().replace("-0.", "")


def test_gradients_by_start_refuse_panels_that_do_not_compare() -> None:
    with pytest.raises(ValueError, match="same depth"):
        figures.gradients_by_start({"a": [flowed(relu)], "b": [flowed(relu, depth=5)]})


def test_names_of_gradients_stand_at_their_lines_starts_in_the_order_of_the_lines() -> None:
    laws = (he_normal, inverse_sqrt_uniform, xavier_normal)
    panel = [flowed(tanh, weights=law) for law in laws]
    drawing = figures.gradients_by_start({"tanh": panel}).drawing
    axes = drawing.axes[0]
    with style.house_style():
        drawing.draw_without_rendering()
        boxes = [text.get_window_extent() for text in axes.texts]
    assert [text.get_text() for text in axes.texts] == ["1/√n", "Xavier", "He"]
    assert all(lower.y1 <= upper.y0 + 1 for lower, upper in itertools.pairwise(boxes))  # a pixel
    first, bottom = axes.transData.transform((1, axes.get_ylim()[0]))
    left = axes.transAxes.transform((0, 0))[0]
    assert all(left <= box.x0 and box.x1 < first and bottom <= box.y0 for box in boxes)


def test_cures_refuse_a_panel_that_names_no_way() -> None:
    with pytest.raises(ValueError, match="named after a way"):
        figures.cures({"sigmoid": [trained_by_depth()]})


def test_learned_by_depth_says_what_was_measured() -> None:
    result = trained_by_depth()
    message = figures.learned_by_depth(result).message
    assert f"ReLU {100 * result.accuracy('ReLU')[:, -1].mean():.0f} %" in message
