"""The measurements of the benchmark: the table's rows, cost against seeds, and a thousand."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack
from dataclasses import asdict
from functools import partial

import numpy as np

from common.machine import LARGE, copy_rate, product_rate
from common.processes import cores, process, within
from common.timing import Spread, interleaved, seconds_of
from peers.agreement import check_agreement, check_threads
from peers.worker import Run, peak_memory, train
from peers.workload import BATCH, Workload

MEMORY_ROUNDS = 3
CLOCKS = ("seconds", "processor")  # of a Run; the second leaves out what others took of the core
LINEAR_FROM = 32  # seeds; fewer do not outweigh what a step costs for any number of them


def measure_rows(workloads: Sequence[Workload], peers: Sequence[str], rounds: int) -> list[dict]:
    """Return the figures of each workload. A peer has a process of its own, all have one core."""
    core = cores()[-1]
    with ExitStack() as stack:
        workers = {peer: stack.enter_context(process(core)) for peer in peers}
        gauge = stack.enter_context(process(core))
        return [measure_row(workload, workers, gauge, rounds) for workload in workloads]


def measure_row(
    workload: Workload, workers: Mapping[str, Executor], gauge: Executor, rounds: int
) -> dict:
    """Return the figures of one workload; RuntimeError if the peers cannot be compared."""
    own = (workload.seeds, BATCH, workload.width)
    calls = {
        peer: partial(within, worker, train, peer, workload) for peer, worker in workers.items()
    }
    rates = {
        "large product": partial(within, gauge, product_rate, 1, LARGE, LARGE),
        "own product": partial(within, gauge, product_rate, *own),
        "copy": partial(within, gauge, copy_rate),
    }
    results = interleaved(calls | rates, rounds)
    runs = {peer: results[peer] for peer in workers}
    check_threads(runs)
    differences = check_agreement({peer: each[-1].losses for peer, each in runs.items()})
    ours = np.array([run.seconds for run in runs["ours"]])
    return {
        "workload": asdict(workload),
        "peers": {
            peer: figures_of(each, runs["ours"]) | {"disagreement": differences[peer]}
            for peer, each in runs.items()
        },
        "limits": {
            name: limit(workload.bytes if name == "copy" else workload.flops, results[name], ours)
            for name in rates
        },
    }


def figures_of(runs: Sequence[Run], ours: Sequence[Run]) -> dict:
    """Return what the report says of a peer; ratios are of the same round."""
    figures = {"setup": runs[0].setup}
    for clock in CLOCKS:
        taken, our = (np.array([getattr(run, clock) for run in each]) for each in (runs, ours))
        figures[clock] = asdict(Spread.of(taken))
        figures[f"{clock} / ours"] = asdict(Spread.of(taken / our))
    return figures | {"share": min(run.processor / run.seconds for run in runs)}


def limit(amount: int, rates: Sequence[float], ours: np.ndarray) -> dict:
    """Return how long FLOPs or bytes take at the measured rate, and how many times that we need."""
    seconds = amount / np.array(rates)
    return {
        "amount": amount,
        "rate": asdict(Spread.of(rates)),
        "seconds": asdict(Spread.of(seconds)),
        "ours_times": asdict(Spread.of(ours / seconds)),
    }


def measure_memory(workloads: Sequence[Workload], peers: Sequence[str]) -> list[dict]:
    """Return the peak memory of each peer for each workload, in bytes, in new processes."""
    core = cores()[-1]

    def peaks(peer: str, workload: Workload) -> dict:
        found = []
        for _ in range(MEMORY_ROUNDS):
            with process(core) as worker:
                found.append(within(worker, peak_memory, peer, workload))
        grown, forgotten = zip(*found, strict=True)
        return asdict(Spread.of(grown)) | {"forgotten": all(forgotten)}

    return [
        {"workload": asdict(workload), "peers": {peer: peaks(peer, workload) for peer in peers}}
        for workload in workloads
    ]


def measure_seeds(rounds: int, *, most: int = 1024, steps: int = 50) -> dict:
    """Return what 1, 2, 4, ... networks (5 x 10) take us, and the exponent e of time ~ seeds^e.

    It is fitted in each round from `LINEAR_FROM` seeds on; t-interval over the rounds.
    """
    seeds = 2 ** np.arange(int(np.log2(most)) + 1)
    workloads = [Workload(int(s), hidden=5, width=10, steps=steps) for s in seeds]
    with process(cores()[-1]) as worker:
        calls = {str(w.seeds): partial(within, worker, train, "ours", w) for w in workloads}
        results = interleaved(calls, rounds)
    study = {"hidden": 5, "width": 10, "steps": steps, "fitted_from": LINEAR_FROM}
    for clock in CLOCKS:
        taken = np.array([[getattr(run, clock) for run in each] for each in results.values()])
        study[clock] = {
            name: asdict(Spread.of(each)) for name, each in zip(results, taken, strict=True)
        }
        study[f"exponent of {clock}"] = exponent(seeds, taken)
    return study


def exponent(seeds: np.ndarray, taken: np.ndarray) -> dict[str, float]:
    """Return e of taken ~ seeds^e; `taken` is (numbers of seeds, rounds)."""
    # Not above: every process loads this module, and SciPy would take each a second.
    from rectified.claims import t_interval

    fitted = seeds >= LINEAR_FROM
    slopes = np.polyfit(np.log(seeds[fitted]), np.log(taken[fitted]), 1)[0]  # (rounds,)
    interval = t_interval(slopes, counted="rounds")
    return {"mean": interval.value, "low": interval.low, "high": interval.high}


def measure_many(*, seeds: int = 1000, steps: int = 500) -> dict:
    """Return the seconds that our training of many networks (5 x 10) takes on two cores at most.

    Two processes share the seeds. Drawing parameters counts, loading libraries does not.
    """
    used = cores()[-2:]
    parts = np.array_split(np.arange(seeds), len(used))
    workloads = [Workload(len(part), 5, 10, steps, first=int(part[0])) for part in parts]
    with ExitStack() as stack:
        workers = [stack.enter_context(process(core)) for core in used]
        for worker in workers:
            within(worker, train, "ours", Workload(1, 5, 10, 1))
        jobs = list(zip(workers, workloads, strict=True))

        def share() -> None:
            futures = [worker.submit(train, "ours", part) for worker, part in jobs]
            for future in futures:
                future.result()

        seconds = seconds_of(share)
    return {
        "seeds": seeds,
        "hidden": 5,
        "width": 10,
        "steps": steps,
        "cores": len(used),
        "seconds": seconds,
    }
