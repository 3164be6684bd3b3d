"""MNIST and CIFAR-10, for readers who have them or let them be downloaded.

Both are read as their authors publish them, by a few lines each, from files whose SHA-256 is the
published one; nothing is unpickled and nothing is unpacked to disk. Pixels come out in [0, 1].
"""

import gzip
import math
import tarfile
from pathlib import Path

import numpy as np

from rectified.data.checks import check_whole
from rectified.data.files import PublishedFile, located
from rectified.data.record import Dataset

CIFAR_SIDE, CIFAR_RECORD = 32, 1 + 3 * 32 * 32  # a label, then red, green and blue, row by row


def _mnist_file(name: str, sha256: str) -> PublishedFile:
    return PublishedFile(
        name=name,
        sha256=sha256,
        folders=("mnist", "MNIST/raw", "."),  # MNIST/raw is where torchvision keeps them
        addresses=(
            f"https://ossci-datasets.s3.amazonaws.com/mnist/{name}",
            f"https://storage.googleapis.com/cvdf-datasets/mnist/{name}",
        ),
    )


MNIST_FILES = {  # part -> images, labels
    "train": (
        _mnist_file(
            "train-images-idx3-ubyte.gz",
            "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        ),
        _mnist_file(
            "train-labels-idx1-ubyte.gz",
            "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        ),
    ),
    "test": (
        _mnist_file(
            "t10k-images-idx3-ubyte.gz",
            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        ),
        _mnist_file(
            "t10k-labels-idx1-ubyte.gz",
            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        ),
    ),
}
CIFAR10_FILE = PublishedFile(
    name="cifar-10-binary.tar.gz",
    sha256="c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
    folders=("cifar10", "."),
    addresses=(
        "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
        "https://cave.cs.toronto.edu/kriz/cifar-10-binary.tar.gz",
    ),
)
CIFAR10_MEMBERS = {  # part -> files in the archive, in order
    "train": tuple(f"cifar-10-batches-bin/data_batch_{k}.bin" for k in range(1, 6)),
    "test": ("cifar-10-batches-bin/test_batch.bin",),
}


def mnist(part: str = "train", n: int | None = None, *, download: bool = False) -> Dataset:
    """Return the first n of 60 000 ("train") or 10 000 ("test") digits of 28 × 28 grey pixels.

    Without n, all: that takes 380 MB ("train"). A download is 12 MB. Raises UnavailableError, an
    OSError, if the files are not here and cannot be had. Source: lecun1998gradient.
    """
    _check_request(part, n)
    files = [located(file, download=download) for file in MNIST_FILES[part]]
    images, labels = (read_idx(gzip.decompress(file.read_bytes())) for file in files)
    return _images("mnist", f"MNIST, {part} part", images[:n], labels[:n], "lecun1998gradient")


def cifar10(part: str = "train", n: int | None = None, *, download: bool = False) -> Dataset:
    """Return the first n of 50 000 ("train") or 10 000 ("test") photographs, 32 × 32 in colour.

    Without n, all: that takes 1.2 GB ("train"). A download is 170 MB. Classes are, from 0 on,
    airplane, automobile, bird, cat, deer, dog, frog, horse, ship, truck. Raises UnavailableError,
    an OSError, if the file is not here and cannot be had. Source: krizhevsky2009learning.
    """
    _check_request(part, n)
    path = located(CIFAR10_FILE, download=download)
    images, labels = read_cifar(b"".join(read_members(path, CIFAR10_MEMBERS[part])))
    title = f"CIFAR-10, {part} part"
    return _images("cifar10", title, images[:n], labels[:n], "krizhevsky2009learning")


def _check_request(part: str, n: int | None) -> None:
    if part not in ("train", "test"):
        raise ValueError(f"part must be 'train' or 'test', got {part!r}")
    if n is not None:
        check_whole(least=1, n=n)


def _images(name: str, title: str, images: np.ndarray, labels: np.ndarray, source: str) -> Dataset:
    """Make a set of ten classes of bytes, shape (n, height, width) or (n, height, width, 3)."""
    x = images.reshape(len(images), -1) / 255
    x.flags.writeable = False  # so that the set need not copy it
    return Dataset(
        name=name,
        title=title,
        x=x,
        y=labels,
        classes=10,
        image_shape=images.shape[1:],
        source=source,
    )


def read_idx(content: bytes) -> np.ndarray:
    """Return the array of bytes that an IDX file holds.

    The format: two bytes 0, the type (8 for bytes), the number of axes; the length of each axis in
    four bytes, the highest first; the entries, the last axis fastest. Raises ValueError otherwise.
    """
    if len(content) < 4 or content[:3] != b"\0\0\x08":
        raise ValueError(f"an IDX file of bytes begins with 0, 0, 8, got {list(content[:3])}")
    start = 4 + 4 * content[3]
    shape = tuple(np.frombuffer(content[4:start], ">u4").tolist())
    if len(shape) != content[3] or len(content) - start != math.prod(shape):
        raise ValueError(f"an IDX file of shape {shape} cannot have {len(content)} bytes")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def read_cifar(content: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Return images (n, 32, 32, 3) and labels (n,) from CIFAR-10's binary version.

    The format: records of 3073 bytes, a label, then all of red, green and blue, each row by row.
    Raises ValueError unless it holds whole records.
    """
    if not content or len(content) % CIFAR_RECORD:
        raise ValueError(f"CIFAR-10 has records of {CIFAR_RECORD} bytes, got {len(content)} bytes")
    records = np.frombuffer(content, np.uint8).reshape(-1, CIFAR_RECORD)
    images = records[:, 1:].reshape(-1, 3, CIFAR_SIDE, CIFAR_SIDE)
    return images.transpose(0, 2, 3, 1), records[:, 0]


def read_members(path: Path, names: tuple[str, ...]) -> list[bytes]:
    """Return the contents of these files of a .tar.gz, read in one pass, nothing written to disk.

    Raises ValueError, naming them, if some are not in it.
    """
    found = {}
    with tarfile.open(path, "r|gz") as archive:
        for member in archive:
            if member.isfile() and member.name in names:
                found[member.name] = archive.extractfile(member).read()
    if missing := [name for name in names if name not in found]:
        raise ValueError(f"{path} must hold {', '.join(missing)}")
    return [found[name] for name in names]
