"""Images that come along, and files that may be here or be fetched: from this machine only.

A server on 127.0.0.1 stands for the hosts of the public sets. No test asks anything of the net:
a fixture makes sure of it.
"""

import gzip
import hashlib
import io
import socket
import struct
import tarfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import datasets

from rectified import data
from rectified.data import UnavailableError, files, public
from rectified.data.files import PublishedFile, located

CONTENT = bytes(range(256)) * 400


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def published(content: bytes, *addresses: str) -> PublishedFile:
    return PublishedFile(
        name="set.bin",
        sha256=hashlib.sha256(content).hexdigest(),
        folders=("sets", "."),
        addresses=addresses,
    )


def everything(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder; a hidden one too."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the data folder be an empty one, and let no request leave this machine."""
    monkeypatch.setenv("RECTIFIED_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("no_proxy", "*")
    connect = socket.socket.connect

    def local_only(self: socket.socket, address: tuple) -> None:
        assert address[0] == "127.0.0.1", f"a test asked for {address}"
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", local_only)
    return tmp_path / "data"


class Answer(BaseHTTPRequestHandler):
    """Answers with a file, and in every wrong way that a host can answer."""

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        content = self.server.files.get(self.path, CONTENT)
        if self.path == "/stalls":
            self.server.released.wait(10)  # until the test is over
        elif self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/whole")
            self.end_headers()
        elif self.path in ("/500", "/404"):
            self.send_error(int(self.path[1:]))
        elif self.path == "/hangs-up":
            self.connection.shutdown(socket.SHUT_RDWR)
        elif self.path == "/no-http":
            self.wfile.write(b"SSH-2.0 not what you came for\r\n\r\n")
        else:
            sent = {"/wrong": b"?" + content[1:], "/partial": content[:-7]}
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(sent.get(self.path, content))

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def host() -> Iterator[SimpleNamespace]:
    """Yield a server: its address, files by path, and the paths that it was asked for."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.files, server.asked, server.released = {}, [], threading.Event()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    yield SimpleNamespace(address=address, asked=server.asked, files=server.files)
    server.released.set()
    server.shutdown()
    thread.join()
    server.server_close()


# ---- files
def test_a_file_that_is_there_is_found_in_any_of_its_folders(folder: Path) -> None:
    file = published(CONTENT, "http://127.0.0.1:9/never")
    for place in (".", "sets"):
        (folder / place).mkdir(parents=True, exist_ok=True)
        (folder / place / "set.bin").write_bytes(CONTENT)
        assert located(file) == folder / place / "set.bin"
        assert located(file, download=True) == folder / place / "set.bin"


def test_a_missing_file_is_not_asked_for_but_said_with_what_to_do(
    folder: Path, host: SimpleNamespace
) -> None:
    file = published(CONTENT, f"{host.address}/whole")
    with pytest.raises(UnavailableError) as caught:
        located(file)
    sentence = str(caught.value)
    assert "set.bin is not on this machine" in sentence
    for piece in (folder / "sets/set.bin", folder / "set.bin", "download=True", "RECTIFIED_DATA"):
        assert str(piece) in sentence
    assert f"{host.address}/whole" in sentence
    assert host.asked == []
    assert not folder.exists()


def test_a_wrong_file_is_refused_and_left_alone(folder: Path, host: SimpleNamespace) -> None:
    (folder / "sets").mkdir(parents=True)
    (folder / "sets/set.bin").write_bytes(CONTENT[:-1])
    for download in (False, True):
        with pytest.raises(
            UnavailableError, match=r"sets/set\.bin is not set\.bin as published.*R"
        ):
            located(published(CONTENT, f"{host.address}/whole"), download=download)
    assert everything(folder) == {"sets/set.bin": CONTENT[:-1]}
    assert host.asked == []


@pytest.mark.parametrize("path", ["/whole", "/moved"])
def test_a_download_arrives_whole_and_is_not_repeated(
    folder: Path, host: SimpleNamespace, path: str
) -> None:
    file = published(CONTENT, f"{host.address}{path}")
    for _ in range(2):
        assert located(file, download=True) == folder / "sets/set.bin"
    assert everything(folder) == {"sets/set.bin": CONTENT}
    assert host.asked.count(path) == 1
    assert [entry.name for entry in (folder / "sets").iterdir()] == ["set.bin"]


BROKEN = {
    "/500": "HTTP Error 500",
    "/404": "HTTP Error 404",
    "/wrong": "what arrived is not the file",
    "/partial": "what arrived is not the file|IncompleteRead",
    "/hangs-up": "RemoteDisconnected|ConnectionReset",
    "/no-http": "BadStatusLine",
    "/stalls": "[Tt]ime",
}


@pytest.mark.parametrize(("path", "reason"), BROKEN.items(), ids=list(BROKEN))
def test_after_a_broken_download_nothing_remains(
    folder: Path, host: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, path: str, reason: str
) -> None:
    monkeypatch.setattr(files, "TIMEOUT", 0.2)
    with pytest.raises(UnavailableError, match=reason) as caught:
        located(published(CONTENT, f"{host.address}{path}"), download=True)
    sentence = str(caught.value)
    assert "set.bin could not be downloaded" in sentence
    assert f"{host.address}{path}" in sentence
    assert f"put it at {folder / 'sets/set.bin'}" in sentence
    assert list((folder / "sets").iterdir()) == []


def test_the_next_address_is_tried_when_one_fails(folder: Path, host: SimpleNamespace) -> None:
    addresses = [f"{host.address}{path}" for path in ("/500", "/wrong", "/whole", "/404")]
    located(published(CONTENT, *addresses), download=True)
    assert everything(folder) == {"sets/set.bin": CONTENT}
    assert host.asked == ["/500", "/wrong", "/whole"]


def test_without_a_network_each_address_is_named_with_its_reason(folder: Path) -> None:
    with socket.socket() as taken:  # a port that nobody listens at
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}/whole"
        with pytest.raises(UnavailableError, match=f"{address}: URLError: .*refused"):
            located(published(CONTENT, address), download=True)
    assert everything(folder) == {}


def test_a_folder_that_cannot_be_written_to_is_said(folder: Path, host: SimpleNamespace) -> None:
    folder.write_bytes(b"a file, not a folder")
    with pytest.raises(UnavailableError, match=r"cannot be written to .*RECTIFIED_DATA name"):
        located(published(CONTENT, f"{host.address}/whole"), download=True)
    assert host.asked == []


def test_an_interrupted_download_leaves_nothing(
    folder: Path, host: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(answer: io.BufferedIOBase, opened: io.BufferedIOBase) -> None:
        opened.write(answer.read(100))
        raise KeyboardInterrupt

    monkeypatch.setattr(files.shutil, "copyfileobj", interrupted)
    with pytest.raises(KeyboardInterrupt):
        located(published(CONTENT, f"{host.address}/whole"), download=True)
    assert list((folder / "sets").iterdir()) == []


def test_a_file_gets_its_name_by_a_rename_or_not_at_all(
    folder: Path, host: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Path) -> None:
        raise PermissionError("no renaming here")

    monkeypatch.setattr(files.os, "replace", refused)
    with pytest.raises(UnavailableError, match=r"cannot be written to \(no renaming here\)"):
        located(published(CONTENT, f"{host.address}/whole"), download=True)
    assert everything(folder) == {}


def test_downloads_at_the_same_time_do_not_meet(folder: Path, host: SimpleNamespace) -> None:
    file = published(CONTENT, f"{host.address}/whole")
    with ThreadPoolExecutor(4) as pool:
        places = list(pool.map(lambda _: located(file, download=True), range(8)))
    assert set(places) == {folder / "sets/set.bin"}
    assert everything(folder) == {"sets/set.bin": CONTENT}


@pytest.mark.parametrize(
    ("platform", "variable", "below"),
    [
        ("linux", "XDG_CACHE_HOME", ".cache"),
        ("darwin", None, "Library/Caches"),
        ("win32", "LOCALAPPDATA", "AppData/Local"),
    ],
)
def test_the_folder_is_the_one_asked_for_or_the_cache_of_the_system(
    monkeypatch: pytest.MonkeyPatch, platform: str, variable: str | None, below: str
) -> None:
    monkeypatch.setattr("sys.platform", platform)
    monkeypatch.setenv("RECTIFIED_DATA", "~/mine")
    assert data.data_folder() == Path.home() / "mine"
    monkeypatch.setenv("RECTIFIED_DATA", "")
    if variable:
        monkeypatch.setenv(variable, "elsewhere")
        assert data.data_folder() == Path("elsewhere/rectified")
        monkeypatch.delenv(variable)
    assert data.data_folder() == Path.home() / below / "rectified"


def test_every_public_file_is_fetched_safely_and_has_its_sum() -> None:
    listed = [public.CIFAR10_FILE, *sum(public.MNIST_FILES.values(), ())]
    assert len({file.sha256 for file in listed}) == len({file.name for file in listed}) == 5
    for file in listed:
        assert len(bytes.fromhex(file.sha256)) == 32
        assert len(file.addresses) == 2
        assert all(address.startswith("https://") for address in file.addresses)
        assert all(address.endswith(f"/{file.name}") for address in file.addresses)


# ---- MNIST, with two tiny files in its format
def idx(array: np.ndarray) -> bytes:
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


@pytest.fixture
def tiny_mnist(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """Publish five digits of 2 × 3 pixels as MNIST, and return their files by name."""
    pixels = rng().integers(0, 256, (5, 2, 3), dtype=np.uint8)
    pixels[0, 0] = [0, 128, 255]
    arrays = {"train-images": pixels, "train-labels": np.array([5, 0, 4, 1, 9], np.uint8)}
    packed = {f"{name}.gz": gzip.compress(idx(array)) for name, array in arrays.items()}
    listed = tuple(
        public._mnist_file(name, hashlib.sha256(content).hexdigest())
        for name, content in packed.items()
    )
    monkeypatch.setattr(public, "MNIST_FILES", {"train": listed})
    return packed


@pytest.mark.parametrize("place", ["mnist", "MNIST/raw", "."])
def test_mnist_is_read_from_where_it_lies(
    folder: Path, tiny_mnist: dict[str, bytes], place: str
) -> None:
    (folder / place).mkdir(parents=True)
    for name, content in tiny_mnist.items():
        (folder / place / name).write_bytes(content)
    made = data.mnist("train")
    assert made.images.shape == (5, 2, 3)
    assert_array_equal(made.images[0, 0], np.array([0, 128, 255]) / 255)
    assert_array_equal(made.y, [5, 0, 4, 1, 9])
    assert (made.name, made.classes, made.source) == ("mnist", 10, "lecun1998gradient")
    first = data.mnist("train", 2)
    assert_array_equal(first.x, made.x[:2])
    assert_array_equal(first.y, [5, 0])
    assert data.mnist("train", 99).n == 5


def test_mnist_is_downloaded_when_asked(
    folder: Path,
    host: SimpleNamespace,
    tiny_mnist: dict[str, bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    host.files.update({f"/{name}": content for name, content in tiny_mnist.items()})
    here = tuple(
        replace(file, addresses=(f"{host.address}/{file.name}",))
        for file in public.MNIST_FILES["train"]
    )
    monkeypatch.setattr(public, "MNIST_FILES", {"train": here})
    with pytest.raises(UnavailableError, match="download=True"):
        data.mnist()
    assert host.asked == []
    assert_array_equal(data.mnist(download=True).y, [5, 0, 4, 1, 9])
    assert_array_equal(data.mnist().y, [5, 0, 4, 1, 9])
    assert host.asked == [f"/{name}" for name in tiny_mnist]
    assert everything(folder) == {f"mnist/{name}": data for name, data in tiny_mnist.items()}


@pytest.mark.parametrize("shape", [(), (4,), (3, 2), (2, 3, 4), (0, 2)])
def test_an_idx_file_gives_back_the_array_that_was_written(shape: tuple[int, ...]) -> None:
    array = rng().integers(0, 256, shape, dtype=np.uint8)
    assert_array_equal(public.read_idx(idx(np.asarray(array))), array)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "begins with 0, 0, 8, got"),
        (b"\0\0\x08", "begins with 0, 0, 8, got"),
        (b"\0\1\x08\1", r"got \[0, 1, 8\]"),
        (b"\0\0\x0d\1\0\0\0\1\0", r"begins with 0, 0, 8, got \[0, 0, 13\]"),  # of floats
        (b"\0\0\x08\2\0\0\0\1", r"shape \(1,\) cannot have 8 bytes"),
        (b"\0\0\x08\1\0\0\0\2\0", r"shape \(2,\) cannot have 9 bytes"),
        (b"\0\0\x08\1\0\0\0\1\0\0", r"shape \(1,\) cannot have 10 bytes"),
    ],
)
def test_what_is_no_idx_file_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        public.read_idx(content)


# ---- CIFAR-10, with a tiny archive in its format
def archive(path: Path, members: dict[str, bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as opened:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            opened.addfile(entry, io.BytesIO(content))


def publish(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    monkeypatch.setattr(public, "CIFAR10_FILE", replace(public.CIFAR10_FILE, sha256=sha256))


def batch(labels: list[int], first_pixels: np.ndarray) -> bytes:
    """Return records whose colours count up: red from 0, green from 50, blue from 100."""
    plane = np.arange(32 * 32) % 50
    image = np.concatenate([plane, plane + 50, plane + 100]).astype(np.uint8)
    return b"".join(
        bytes([label, first]) + image[1:].tobytes()
        for label, first in zip(labels, first_pixels, strict=True)
    )


def test_cifar10_is_read_in_the_order_of_its_batches(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [*reversed(public.CIFAR10_MEMBERS["train"]), *public.CIFAR10_MEMBERS["test"]]
    members = {name: batch([k, 9 - k], [k, 200]) for k, name in enumerate(names)}
    path = folder / "cifar10/cifar-10-binary.tar.gz"
    archive(path, {"cifar-10-batches-bin/readme.html": b"<html>"} | members)
    publish(path, monkeypatch)
    made = data.cifar10("train")
    assert made.images.shape == (10, 32, 32, 3)
    assert_array_equal(made.y, [4, 5, 3, 6, 2, 7, 1, 8, 0, 9])
    assert_array_equal(made.images[::2, 0, 0, 0], np.array([4, 3, 2, 1, 0]) / 255)
    place = (1 * 32 + 3) % 50  # second row, fourth column
    assert_array_equal(made.images[0, 1, 3], np.array([place, place + 50, place + 100]) / 255)
    assert_array_equal(data.cifar10("test").y, [5, 4])
    three = data.cifar10("train", 3)
    assert_array_equal(three.x, made.x[:3])
    assert (three.name, three.classes, three.source) == ("cifar10", 10, "krizhevsky2009learning")
    assert list(everything(folder)) == ["cifar10/cifar-10-binary.tar.gz"]  # nothing unpacked


def test_an_archive_without_its_batches_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "cifar-10-binary.tar.gz"
    archive(path, {public.CIFAR10_MEMBERS["train"][0]: batch([1], [1])})
    publish(path, monkeypatch)
    with pytest.raises(ValueError, match=r"must hold .*data_batch_2\.bin, .*data_batch_5\.bin$"):
        data.cifar10()


@pytest.mark.parametrize("content", [b"", bytes(3072), bytes(3074)])
def test_records_that_are_not_whole_are_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=f"records of 3073 bytes, got {len(content)} bytes"):
        public.read_cifar(content)


@pytest.mark.parametrize("read", [data.mnist, data.cifar10])
def test_a_request_for_what_is_not_published_is_refused_before_any_work(read: object) -> None:
    with pytest.raises(ValueError, match="part must be 'train' or 'test', got 'valid'"):
        read("valid")
    with pytest.raises(ValueError, match="n must be at least 1, got 0"):
        read("train", 0)
    with pytest.raises(TypeError, match=r"n must be a whole number, got 2\.5"):
        read("train", 2.5)
    with pytest.raises(UnavailableError, match="is not on this machine"):
        read("test")


# ---- what comes along
def test_digits_are_those_of_scikit_learn_between_0_and_1() -> None:
    made, theirs = data.digits(), datasets.load_digits()
    assert_array_equal(made.images * 16, theirs.images)
    assert_array_equal(made.y, theirs.target)
    assert (made.x.min(), made.x.max(), made.n) == (0, 1, 1797)


def test_some_digits_are_drawn_without_repetition() -> None:
    every, some = data.digits(), data.digits(500, rng=rng())
    rows = {row.tobytes() for row in every.x}
    assert len(rows) == 1797  # no digit stands there twice
    assert len({row.tobytes() for row in some.x} & rows) == some.n == 500
    whole = data.digits(rng=rng())
    assert_array_equal(whole.x[:500], some.x)
    assert whole.n == 1797
    with pytest.raises(ValueError, match="n must be at most 1797, the number of digits, got 1798"):
        data.digits(1798, rng=rng())
    with pytest.raises(TypeError, match="rng must be a generator"):
        data.digits(5)


def test_photographs_are_in_colour_between_0_and_1() -> None:
    made = data.photographs()
    assert made.images.shape == (2, 427, 640, 3)
    assert_array_equal(np.round(made.images[1] * 255), datasets.load_sample_image("flower.jpg"))
    assert 0 <= made.x.min() < made.x.max() <= 1


def tiny_images() -> data.Dataset:
    """Return three images of 4 × 5 pixels; a pixel's colours are its image, row and column."""
    index = np.moveaxis(np.indices((3, 4, 5)), 0, -1)
    return data.Dataset(
        name="tiny",
        title="tiny images",
        x=index.reshape(3, -1),
        y=[2, 0, 1],
        classes=3,
        image_shape=(4, 5, 3),
    )


def test_patches_are_whole_squares_from_anywhere_in_every_image() -> None:
    cut = data.patches(tiny_images(), 3, 600, rng=rng(), grey=False)
    assert cut.images.shape == (600, 3, 3, 3)
    which, top, left = cut.images[:, 0, 0].astype(int).T
    assert_array_equal(which, np.arange(600) % 3)
    assert_array_equal(cut.y, np.array([2, 0, 1])[which])
    steps = np.moveaxis(np.indices((3, 3)), 0, -1)
    corner = np.stack([top, left], axis=1)[:, None, None]
    assert_array_equal(cut.images[..., 1:], corner + steps)
    # two tops and three lefts, each corner 100 times, with a deviation of 9
    times = np.bincount(top * 3 + left, minlength=6)
    assert_allclose(times, 100, atol=36)


def test_grey_patches_have_the_luma_and_colourless_images_stay() -> None:
    colour, grey = (
        data.patches(data.photographs(), 8, 20, rng=rng(1), grey=grey) for grey in (False, True)
    )
    red, green, blue = np.moveaxis(colour.images, -1, 0)
    # three products and two sums of numbers up to 1
    assert_allclose(grey.images, 0.299 * red + 0.587 * green + 0.114 * blue, atol=1e-15)
    whole = data.patches(data.digits(), 8, 1797, rng=rng())
    assert_array_equal(whole.x, data.digits().x)
    assert (whole.name, whole.title) == ("patches", "patches of handwritten digits")


def test_patches_that_cannot_be_cut_are_refused() -> None:
    images = tiny_images()
    with pytest.raises(ValueError, match="size must be at most 4, as the images, got 5"):
        data.patches(images, 5, 1, rng=rng())
    with pytest.raises(ValueError, match="size must be at least 1, got 0"):
        data.patches(images, 0, 1, rng=rng())
    with pytest.raises(ValueError, match="n must be at least 1, got 0"):
        data.patches(images, 2, 0, rng=rng())
    with pytest.raises(TypeError, match="rng must be a generator"):
        data.patches(images, 2, 2, rng=0)
    with pytest.raises(ValueError, match="moons holds no images"):
        data.patches(data.moons(4, rng=rng()), 2, 2, rng=rng())
