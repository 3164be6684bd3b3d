"""Who came where in the tournament, and what may be said of it."""

import numpy as np
from matplotlib.axes import Axes

from rectified.display.tokens import LIGHT
from rectified.experiments.relatives.ranks import Ranking, task_rankings
from rectified.experiments.relatives.tournament import Tournament, entrant, title_of
from rectified.figures.canvas import Figure, blank
from rectified.figures.style import BAND, house_style, role


def ink_of(name: str) -> str:
    """Return the colour of an entrant; those that act on whole layers have that of text."""
    f = entrant(name)
    return LIGHT[role(f.name, f.family)] if hasattr(f, "family") else LIGHT["text"]


@house_style()
def standings(result: Tournament) -> Figure:
    """Draw the mean rank of every entrant on every task, and who is level with the best there."""
    rankings = task_rankings(result)
    drawing = blank(height=430)
    panels = drawing.subplots(1, len(rankings), sharey=True, sharex=True, squeeze=False)[0]
    overall = np.mean([each.mean_rank for each in rankings.values()], axis=0)
    rows = np.argsort(np.argsort(-overall, kind="stable"), kind="stable")  # the best on top
    for axes, (task, each) in zip(panels, rankings.items(), strict=True):
        _ranks(axes, each, rows)
        axes.set_title(task)
    panels[0].set_yticks(rows, [title_of(name) for name in result.names])
    panels[len(panels) // 2].set_xlabel(f"mean rank, from 1 (best) to {len(result.names)}")
    best = {task: title_of(each.tied_with_best[0]) for task, each in rankings.items()}
    level = [str(len(each.tied_with_best)) for each in rankings.values()]
    said = ", ".join(f"{task} {name}" for task, name in best.items())
    listed = "; ".join(f"{task}: {_listed(each)}" for task, each in rankings.items())
    rates = ", ".join(f"{rate:g}" for rate in result.learning_rates)
    return Figure(
        drawing,
        message=f"First: {said}; level with the first, of {len(result.names)}: {', '.join(level)}",
        alt=f"{len(rankings)} panels of dots, a row for each of {len(result.names)} functions; the "
        f"dot is its mean rank on that task. Best first, {listed}.",
        caption=f"Ranks by error on other examples, mean over {len(result.seeds)} networks each. "
        "Shaded: less than Nemenyi's critical difference from the best. Two hidden layers, about "
        f"as many parameters for all, {result.steps} steps of Adam, each function at its best of "
        f"the rates {rates}, found with {len(result.tuning_seeds)} other networks.",
    )


def _ranks(axes: Axes, ranking: Ranking, rows: np.ndarray) -> None:
    best = ranking.mean_rank.min()
    level = best, best + ranking.critical_difference
    axes.axvspan(*level, color=LIGHT["relu"], alpha=BAND / 2, lw=0)
    for name, rank, row in zip(ranking.names, ranking.mean_rank, rows, strict=True):
        axes.plot([0, rank], [row, row], color=LIGHT["rule"], lw=0.8, zorder=0)
        axes.plot(rank, row, "o", color=ink_of(name), ms=6)
    k = len(ranking.names)
    axes.set(xlim=(0, k + 1), ylim=(-0.6, k - 0.4))
    axes.set_xticks([1, (k + 1) / 2, k], ["1", f"{(k + 1) / 2:g}", str(k)])
    axes.tick_params(axis="y", length=0)


def _listed(ranking: Ranking) -> str:
    order = np.argsort(ranking.mean_rank, kind="stable")
    return ", ".join(f"{title_of(ranking.names[i])} {ranking.mean_rank[i]:.1f}" for i in order)
