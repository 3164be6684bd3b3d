"""The twin in PyTorch, and whether training follows PyTorch's own optimizers step by step."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.optim import lr_scheduler

from network_oracles import forward, passes, relative_error, tensors
from rectified.activations import ALL, relu, tanh
from rectified.initializers import he_normal, normal
from rectified.networks import (
    L1,
    L2,
    SGD,
    Activate,
    Adam,
    ClipNorm,
    ClipValue,
    Cosine,
    Dense,
    ExponentialDecay,
    Momentum,
    Nesterov,
    Network,
    Optimizer,
    Parameters,
    RMSProp,
    StepDecay,
    WarmUp,
    from_twin,
    mean_squared_error,
    mlp,
    softmax_cross_entropy,
    streams,
    train,
    train_twin,
    twin,
)
from rectified.networks.torch_nets import clip_gradient

FOLLOWED = 1e-8  # what the book promises after a hundred steps; what is seen is some 1e-14
STEPS, SEEDS = 100, (4, 9, 2)
NETWORK = mlp((2, 8, 6, 3), tanh)
OPTIMIZERS = {
    "SGD": SGD(learning_rate=0.3),
    "Momentum": Momentum(learning_rate=0.05, momentum=0.8),
    "Nesterov": Nesterov(learning_rate=0.05, momentum=0.9),
    "RMSProp": RMSProp(learning_rate=0.002, decay=0.95, epsilon=1e-6),
    "Adam": Adam(learning_rate=0.02, beta1=0.85, beta2=0.99, epsilon=1e-7),
}
THEIRS = {  # typed from PyTorch's manual, not from the package
    "SGD": lambda groups: torch.optim.SGD(groups, lr=0.3),
    "Momentum": lambda groups: torch.optim.SGD(groups, lr=0.05, momentum=0.8),
    "Nesterov": lambda groups: torch.optim.SGD(groups, lr=0.05, momentum=0.9, nesterov=True),
    "RMSProp": lambda groups: torch.optim.RMSprop(groups, lr=0.002, alpha=0.95, eps=1e-6),
    "Adam": lambda groups: torch.optim.Adam(groups, lr=0.02, betas=(0.85, 0.99), eps=1e-7),
}
SCHEDULES = {
    "constant": (None, lambda descent: lr_scheduler.ConstantLR(descent, factor=1.0)),
    "step": (StepDecay(30, 0.5), lambda descent: lr_scheduler.StepLR(descent, 30, 0.5)),
    "exponential": (ExponentialDecay(0.97), lambda d: lr_scheduler.ExponentialLR(d, 0.97)),
    "cosine": (Cosine(STEPS), lambda d: lr_scheduler.CosineAnnealingLR(d, STEPS)),
    "warm up": (WarmUp(10), lambda d: lr_scheduler.LinearLR(d, 0.1, 1.0, total_iters=9)),
}
each_optimizer = pytest.mark.parametrize("name", OPTIMIZERS)


def with_schedule(name: str, schedule: object) -> Optimizer:
    """Return one of the optimizers with this schedule; None: with none."""
    given = {} if schedule is None else {"schedule": schedule}
    return replace(OPTIMIZERS[name], **given)


def examples(n: int = 30) -> tuple[np.ndarray, np.ndarray]:
    """Return three classes that noise mixes."""
    rng = np.random.default_rng(5)
    y = rng.integers(0, 3, n)
    return rng.standard_normal((n, 2)) + np.array([[0, 1.5], [1, -1], [-1, -1]])[y], y


def drawn(network: Network = NETWORK) -> Parameters:
    return network.draw(seeds=SEEDS, weights=he_normal, biases=normal(0.1))


def orders(n: int, batch: int, seed: int) -> list[np.ndarray]:
    """Return which examples each step of a seed sees."""
    (rng,) = streams([seed], "batches")
    epochs = [rng.permutation(n) for _ in range(1 + STEPS // (n // batch))]
    return [
        order[start : start + batch] for order in epochs for start in range(0, n - n % batch, batch)
    ][:STEPS]


def followed(
    name: str, row: int, *, schedule: str = "constant", decay: float = 0.0, batch: int | None = None
) -> tuple[list[float], list[dict[str, np.ndarray]]]:
    """Return losses and last parameters of PyTorch's own loop."""
    x, y = examples()
    theta = tensors(drawn(), row)
    weights = [tensor for named in theta for key, tensor in named.items() if key == "w"]
    biases = [tensor for named in theta for key, tensor in named.items() if key == "b"]
    groups = [{"params": weights, "weight_decay": decay}, {"params": biases}]
    descent = THEIRS[name](groups)
    scheduler = SCHEDULES[schedule][1](descent)
    chosen = [np.arange(len(x))] * STEPS if batch is None else orders(len(x), batch, SEEDS[row])
    losses = []
    for places in chosen:
        outputs = forward(NETWORK, theta, torch.tensor(x[places]))
        loss = torch.nn.functional.cross_entropy(outputs[-1], torch.tensor(y[places]))
        descent.zero_grad()
        loss.backward()
        descent.step()
        scheduler.step()
        losses.append(loss.item())
    numbers = [{key: tensor.detach().numpy() for key, tensor in named.items()} for named in theta]
    return losses, numbers


def assert_follows(name: str, *, penalties: tuple = (), **settings: object) -> None:
    """Assert that the first and the last seed go where PyTorch's loop leads."""
    schedule = SCHEDULES[settings.get("schedule", "constant")][0]
    run = train(
        NETWORK,
        drawn(),
        *examples(),
        loss=softmax_cross_entropy,
        optimizer=with_schedule(name, schedule),
        steps=STEPS,
        seeds=SEEDS,
        batch=settings.get("batch"),
        penalties=penalties,
    )
    for row in (0, 2):
        losses, numbers = followed(name, row, **settings)
        assert relative_error(run.loss[row], np.array(losses)) <= FOLLOWED
        for layer, named in zip(run.parameters.layers, numbers, strict=True):
            for key, expected in named.items():
                assert relative_error(layer[key][row], expected) <= FOLLOWED


# ---- a hundred steps -----------------------------------------------------------------------------
# A schedule gives an optimizer nothing but a rate, so not each pair of them is followed by default.
PAIRS = [
    pytest.param(
        name,
        schedule,
        marks=() if schedule == "constant" or name == "Momentum" else pytest.mark.audit,
    )
    for name in OPTIMIZERS
    for schedule in SCHEDULES
]


@pytest.mark.parametrize(("name", "schedule"), PAIRS)
def test_hundred_steps_follow_pytorchs(name: str, schedule: str) -> None:
    assert_follows(name, schedule=schedule)


@each_optimizer
def test_hundred_steps_with_batches_and_weight_decay_follow_pytorchs(name: str) -> None:
    # 30 examples in batches of 8: three steps an epoch, and six examples are left over
    assert_follows(name, schedule="cosine", decay=0.05, batch=8, penalties=(L2(0.05),))


@pytest.mark.audit
@each_optimizer
def test_hundred_steps_follow_pytorchs_from_many_starts(name: str) -> None:
    x, y = examples()
    worst = 0.0
    for schedule in (None, Cosine(STEPS)):
        settings = {
            "loss": softmax_cross_entropy,
            "optimizer": with_schedule(name, schedule),
            "steps": STEPS,
            "batch": 8,
            "penalties": [L2(0.05)],
            "clip": ClipNorm(0.5),
        }
        start = NETWORK.draw(seeds=range(20))
        run = train(NETWORK, start, x, y, seeds=range(20), **settings)
        for seed in range(20):
            theirs = train_twin(NETWORK, start, x, y, seed=seed, row=seed, **settings)
            found = run.parameters.flat[seed]
            worst = max(worst, relative_error(found, theirs.parameters.flat[0]))
    print(f"\n{name:8} 20 seeds, a hundred steps: relative error at most {worst:.1e}")
    assert worst <= FOLLOWED


CLIPS = {
    "no": (None, lambda leaves: None),
    "norm": (ClipNorm(0.2), lambda leaves: torch.nn.utils.clip_grad_norm_(leaves, 0.2)),
    "value": (ClipValue(0.03), lambda leaves: torch.nn.utils.clip_grad_value_(leaves, 0.03)),
}


@each_optimizer
@pytest.mark.parametrize("clip", ["norm", "value"])
def test_hundred_clipped_steps_follow_pytorchs(name: str, clip: str) -> None:
    ours, theirs = CLIPS[clip]
    x, y = examples()
    run = train(
        NETWORK,
        drawn(),
        x,
        y,
        loss=softmax_cross_entropy,
        optimizer=OPTIMIZERS[name],
        steps=STEPS,
        seeds=SEEDS,
        clip=ours,
    )
    theta = tensors(drawn(), 1)
    leaves = [tensor for named in theta for tensor in named.values()]
    descent, clipped = THEIRS[name](leaves), 0
    for _ in range(STEPS):
        loss = torch.nn.functional.cross_entropy(
            forward(NETWORK, theta, torch.tensor(x))[-1], torch.tensor(y)
        )
        descent.zero_grad()
        loss.backward()
        before = torch.cat([leaf.grad.flatten() for leaf in leaves])
        theirs(leaves)
        clipped += not torch.equal(before, torch.cat([leaf.grad.flatten() for leaf in leaves]))
        descent.step()
    assert clipped >= 5  # the limit was felt
    # PyTorch divides by the norm plus 1e-6: of 0.2, that is 5e-6 of each clipped step
    slack = 5e-6 if clip == "norm" else FOLLOWED
    for layer, named in zip(run.parameters.layers, theta, strict=True):
        for key, expected in named.items():
            assert relative_error(layer[key][1], expected.detach().numpy()) <= slack


@each_optimizer
@pytest.mark.parametrize(
    ("clip", "loss"),
    [
        ("no", softmax_cross_entropy),
        ("norm", mean_squared_error),
        ("value", softmax_cross_entropy),
    ],
)
def test_twin_and_training_by_hand_go_the_same_way(name: str, clip: str, loss: object) -> None:
    network = mlp((2, 8, 6, 3), ALL["gelu"])
    x, y = examples()
    y = y if loss is softmax_cross_entropy else np.eye(3)[y]
    settings = {
        "loss": loss,
        "optimizer": with_schedule(name, WarmUp(10, Cosine(80))),
        "steps": STEPS,
        "batch": 7,
        "penalties": [L2(0.02), L1(0.001)],
        "clip": CLIPS[clip][0],
    }
    run = train(network, drawn(network), x, y, seeds=SEEDS, **settings)
    for row in (0, 2):
        seed = SEEDS[row]
        theirs = train_twin(network, drawn(network), x, y, seed=seed, row=row, **settings)
        assert theirs.loss.shape == (STEPS,)
        assert relative_error(run.loss[row], theirs.loss) <= FOLLOWED
        assert relative_error(run.parameters.flat[row], theirs.parameters.flat[0]) <= FOLLOWED


def test_penalty_is_clipped_along_with_the_rest() -> None:
    start = drawn()
    x, y = examples()
    (step,) = [
        train(
            NETWORK,
            start,
            x,
            y,
            loss=softmax_cross_entropy,
            optimizer=SGD(learning_rate=1.0),
            steps=1,
            seeds=SEEDS,
            penalties=[L2(1e6)],
            clip=ClipNorm(0.5),
        ).parameters.flat
        - start.flat
    ]
    assert np.linalg.norm(step, axis=1) == pytest.approx([0.5] * 3)


# ---- the twin itself -----------------------------------------------------------------------------
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("f", ALL.values(), ids=ALL.keys())
def test_twin_computes_the_same(f: object, dtype: torch.dtype) -> None:
    network = mlp((3, 8, 4, 2), f)
    kind = np.float32 if dtype is torch.float32 else np.float64
    parameters = network.draw(seeds=SEEDS, biases=normal(0.3), dtype=kind)
    x = np.random.default_rng(0).standard_normal((9, 3)).astype(kind)
    z = network.forward(parameters, x).z
    for row in range(len(SEEDS)):
        module = twin(network, parameters, row)
        found = module(torch.tensor(x))
        assert found.dtype == dtype
        # some 40 roundings in three layers
        slack = 64 * np.finfo(kind).eps
        assert relative_error(found.detach().numpy(), z[row]) <= slack


def test_twin_keeps_names_shapes_and_order() -> None:
    network = mlp((3, 5, 2), relu, dropout=0.5)
    parameters = network.draw(seeds=SEEDS)
    module = twin(network, parameters, 2)
    named = dict(module.named_parameters())
    assert list(named) == ["0.w", "0.b", "3.w", "3.b"]
    assert [tuple(tensor.shape) for tensor in named.values()] == [(3, 5), (5,), (5, 2), (2,)]
    assert np.array_equal(named["3.w"].detach().numpy(), parameters.layers[3]["w"][2])


def test_twin_holds_copies_and_gives_copies_back() -> None:
    parameters = drawn()
    before = parameters.flat.copy()
    module = twin(NETWORK, parameters, 1)
    back = from_twin(NETWORK, module)
    assert np.array_equal(back.flat[0], before[1])
    with torch.no_grad():
        for tensor in module.parameters():
            tensor += 1
    assert np.array_equal(parameters.flat, before)
    assert np.array_equal(back.flat[0], before[1])
    assert np.array_equal(from_twin(NETWORK, module).flat[0], before[1] + 1)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_way_there_and_back_keeps_bits_and_dtype(dtype: type) -> None:
    parameters = NETWORK.draw(seeds=SEEDS, dtype=dtype)
    for row in range(len(SEEDS)):
        back = from_twin(NETWORK, twin(NETWORK, parameters, row))
        assert back.flat.dtype == dtype
        assert np.array_equal(back.flat, parameters.flat[row : row + 1])


def test_dropout_of_the_twin_is_pytorchs_and_can_be_switched_off() -> None:
    network = mlp((3, 200, 2), relu, dropout=0.4)
    parameters = network.draw(seeds=[0])
    module = twin(network, parameters)
    h = torch.ones(50, 200, dtype=torch.float64)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        dropped = module[2](h)
    assert module.training
    assert set(dropped.unique().tolist()) == {0.0, 1 / 0.6}
    assert (dropped == 0).double().mean().item() == pytest.approx(0.4, abs=0.02)  # 4 errors of 5e-3
    module.eval()
    x = np.random.default_rng(0).standard_normal((9, 3))
    z = module(torch.tensor(x)).detach().numpy()
    assert relative_error(z, network.forward(parameters, x).z[0]) <= 1e-13  # some 20 roundings


def test_training_the_twin_is_seeded_and_leaves_pytorchs_generator_alone() -> None:
    network = mlp((2, 20, 3), relu, dropout=0.5)
    parameters, (x, y) = network.draw(seeds=[0, 1]), examples()
    before = torch.random.get_rng_state()

    def losses(seed: int) -> list[float]:
        run = train_twin(
            network, parameters, x, y, loss=softmax_cross_entropy, steps=5, seed=seed,
            optimizer=SGD(learning_rate=0.1),
        )  # fmt: skip
        return run.loss.tolist()

    assert losses(3) == losses(3) != losses(4)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_training_the_twin_changes_none_of_its_inputs() -> None:
    parameters, (x, y) = drawn(), examples()
    before = parameters.flat.copy(), x.copy(), y.copy()
    train_twin(
        NETWORK, parameters, x, y, loss=softmax_cross_entropy, steps=3, seed=0,
        optimizer=SGD(learning_rate=0.1), clip=ClipNorm(1.0), penalties=[L1(0.1)],
    )  # fmt: skip
    for found, wanted in zip((parameters.flat, x, y), before, strict=True):
        assert np.array_equal(found, wanted)


def test_twin_of_a_network_without_hidden_layers_trains() -> None:
    network = Network(2, (Dense(2, 3), Activate(tanh)))
    parameters, (x, y) = network.draw(seeds=[0]), examples()
    settings = {"loss": mean_squared_error, "optimizer": SGD(learning_rate=0.1), "steps": 9}
    run = train(network, parameters, x, np.eye(3)[y], seeds=[0], **settings)
    theirs = train_twin(network, parameters, x, np.eye(3)[y], seed=0, **settings)
    assert relative_error(run.loss[0], theirs.loss) <= FOLLOWED


def test_norm_is_clipped_to_the_limit_exactly() -> None:
    module = twin(NETWORK, drawn())
    for tensor in module.parameters():
        tensor.grad = torch.full_like(tensor, 3.0)
    clip_gradient(module, ClipNorm(0.25))
    flat = torch.cat([tensor.grad.flatten() for tensor in module.parameters()])
    assert flat.norm().item() == pytest.approx(0.25, rel=1e-12)  # PyTorch's own is off by 2e-8
    clip_gradient(module, ClipNorm(9.0))
    assert torch.equal(flat, torch.cat([t.grad.flatten() for t in module.parameters()]))


def test_hidden_outputs_of_the_twin_are_those_of_the_oracle() -> None:
    parameters, (x, y) = drawn(), examples()
    seen = []
    module = twin(NETWORK, parameters, 1)
    for part in module:
        part.register_forward_hook(lambda part, given, output: seen.append(output.detach().numpy()))
    module(torch.tensor(x))
    expected = passes(NETWORK, parameters, 1, x, y, softmax_cross_entropy).outputs
    assert len(seen) == len(expected)
    assert all(np.array_equal(found, wanted) for found, wanted in zip(seen, expected, strict=True))
