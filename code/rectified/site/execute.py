"""Execute the chapters that have no result yet, several at a time, one thread each."""

import argparse
import asyncio
import os
import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import nbformat
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn, JupyterCacheAbstract
from jupyter_client.kernelspec import NoSuchKernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from sphinx_external_toc.parsing import parse_toc_yaml

from rectified.display.place import PAGE
from rectified.site.cache import cache_path, keep_newest

TIMEOUT = 120  # seconds for one cell
LINES = 16  # of a traceback: what a claim that disagrees has to say fits in
KERNEL = "python3"
ENVIRONMENT = {  # of the kernels: the jobs share the cores, so each chapter has one thread
    PAGE: "1",  # labs show what the site's own script brings to life
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # else debugpy warns when a machine is slow
}


def main(argv: Sequence[str] | None = None) -> int:
    """Execute what changed in the book; return 1 if a chapter failed, else 0."""
    parser = argparse.ArgumentParser(prog="python -m rectified.site", description=__doc__)
    parser.add_argument("root", type=Path, help="the folder that holds _toc.yml")
    parser.add_argument("jobs", type=int, help="how many chapters to execute at a time")
    given = parser.parse_args(argv)
    if given.jobs < 1:
        parser.error(f"jobs must be 1 or more, got {given.jobs}")
    os.environ |= ENVIRONMENT
    os.environ.pop("JUPYTER_PATH", None)  # a python3 kernel there would win over our own
    root = given.root.resolve()
    path = cache_path(root)
    keep_newest(path)
    failed = asyncio.run(execute(chapters(root), get_cache(str(path)), jobs=given.jobs))
    return 1 if failed else 0


def chapters(root: Path) -> list[Path]:
    """List the notebooks that `_toc.yml` names, in its order."""
    paths = [root / f"{name}.ipynb" for name in parse_toc_yaml(root / "_toc.yml")]
    return [path for path in paths if path.is_file()]


async def execute(
    paths: Sequence[Path], cache: JupyterCacheAbstract, *, jobs: int, timeout: int = TIMEOUT
) -> list[Path]:
    """Execute each notebook whose cells the cache does not know; return those that failed.

    One that fails does not stop the others: what succeeds is kept, so the next run has less to do.
    """
    gate = asyncio.Semaphore(jobs)
    known = {record.hashkey for record in cache.list_cache_records()}

    async def one(path: Path) -> Path | None:
        notebook = nbformat.read(path, as_version=4)
        key = cache.create_hashed_notebook(notebook)[1]
        if key in known:
            return None
        known.add(key)  # two chapters with the same cells share one result
        if not any(cell.cell_type == "code" for cell in notebook.cells):
            _keep(path, notebook, cache)  # or myst-nb would start a kernel for it
            return None
        async with gate:
            return path if await _failed(path, notebook, cache, timeout) else None

    return [path for path in await asyncio.gather(*map(one, paths)) if path]


async def _failed(
    path: Path, notebook: NotebookNode, cache: JupyterCacheAbstract, timeout: int
) -> bool:
    """Execute one notebook and keep the result; say how it went, and whether it failed."""
    start, begun = time.perf_counter(), []
    client = client_of(path, notebook, timeout)
    client.on_cell_execute = lambda cell, cell_index: begun.append(cell)
    try:
        await client.async_execute()
    except (CellExecutionError, CellTimeoutError, DeadKernelError, NoSuchKernel) as error:
        where = _where(notebook, begun)
        print(f"{path.name}: {explain(error, where, timeout)}", file=sys.stderr)
        return True
    _keep(path, notebook, cache)
    print(f"{path.name}: executed in {time.perf_counter() - start:.1f} s", flush=True)
    return False


def _keep(path: Path, notebook: NotebookNode, cache: JupyterCacheAbstract) -> None:
    notebook.metadata.pop("widgets", None)  # ipywidgets' state, which no page can bring to life
    bundle = CacheBundleIn(notebook, str(path))
    cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)


def client_of(path: Path, notebook: NotebookNode, timeout: int) -> NotebookClient:
    """Return what executes a notebook; its kernel wants `ENVIRONMENT`."""
    return NotebookClient(
        notebook,
        kernel_name=KERNEL,
        timeout=timeout,
        record_timing=False,  # timings would go into the cells' metadata, and so into the key
        extra_arguments=["--log-level=ERROR"],  # ipykernel 7 warns about TCP at every start
        resources={"metadata": {"path": str(path.parent)}},
    )


def explain(error: Exception, where: str, timeout: int) -> str:
    """Say in plain words why a notebook failed; `where` names the cell."""
    if isinstance(error, NoSuchKernel):
        return f"this environment has no kernel {KERNEL!r}; `make book` installs one."
    if isinstance(error, DeadKernelError):
        return f"its kernel died {where}; memory may have run out."
    if isinstance(error, CellTimeoutError):
        return f"a cell took longer than {timeout} s {where}."
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error))  # colours
    traceback = re.split(r"^-{20,}$", text, flags=re.MULTILINE)[-1]  # below the cell's own code
    lines = [line for line in traceback.splitlines() if line.strip()][-LINES:]
    return f"a cell raised {where}.\n" + "\n".join(f"    {line}" for line in lines)


def _where(notebook: NotebookNode, begun: Sequence[NotebookNode]) -> str:
    """Name the cell that was begun last, and its first line."""
    if not begun:
        return "before its first cell"
    code = [cell.id for cell in notebook.cells if cell.cell_type == "code"]
    first = begun[-1].source.strip().partition("\n")[0]
    return f"in code cell {code.index(begun[-1].id) + 1} of {len(code)} ({first!r})"
