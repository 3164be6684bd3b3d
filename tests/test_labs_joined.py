"""The files that pages and kernels load: fresh, light, alone, and checked by their tools."""

import gzip
import json
import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from lab_pages import LABS, on_page
from labs_node import ROOT, node
from rectified import labs
from rectified.labs.lab import JOINED

LAB_FOLDER = JOINED.parent
SHIM = JOINED / "hydrate.mjs"
LANDING = JOINED / "landing.mjs"  # the picture of the landing page: no lab, but made like one
MODULES = [JOINED / f"{slug}.mjs" for slug in labs.ALL]
LAB_BYTES, SHIM_BYTES = 25_000, 1_500  # compressed
NAMES = {"http://www.w3.org/2000/svg", "http://www.w3.org/1998/Math/MathML"}  # nothing loads them
UNWANTED = {
    "import": r"\bimport(?:\s*[\"'({*]|\s+\w+\s*(?:,|from\b)|\.meta)",
    "code made of text": r"\beval\(|\bFunction\(|\bset(?:Timeout|Interval)\([\"'`]|\.innerHTML|"
    r"insertAdjacentHTML|document\.write",
    "request": r"\bfetch\(|XMLHttpRequest|WebSocket|EventSource|sendBeacon|importScripts|\.src=",
    "store": r"\b(?:local|session)Storage\b|document\.cookie|indexedDB",
    "chance without a seed": r"Math\.random|crypto\.",
    "word to the console": r"\bconsole\.",
    "address": r"(?:https?:)?//[\w.-]+\.[a-z]{2,}[^\s\"'`<>)\\]*",
}
each_module = pytest.mark.parametrize("module", MODULES, ids=[path.stem for path in MODULES])


def compressed(text: str) -> int:
    """Return the bytes on the wire."""
    return len(gzip.compress(text.encode(), mtime=0))


# ---- fresh
def test_no_joined_file_is_stale() -> None:
    done = node("tools/labs.mjs", "check")
    assert done.returncode == 0, done.stderr


def test_every_lab_shim_and_landing_page_are_joined_and_nothing_else() -> None:
    assert {path.name for path in JOINED.iterdir()} == {
        path.name for path in [*MODULES, SHIM, LANDING]
    }


def test_stale_files_are_named(tmp_path: Path) -> None:
    copy = tmp_path / LAB_FOLDER.relative_to(ROOT)
    source, joined, piece = copy / "source", copy / "joined", copy / "source/core/piece.mjs"
    piece.parent.mkdir(parents=True)
    shutil.copytree(ROOT / "tools", tmp_path / "tools")
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    script = str(tmp_path / "tools/labs.mjs")
    piece.write_text("export const one = 1;\n")
    for name in ("fresh", "edited", "forgotten", "missing"):
        (source / f"{name}.mjs").write_text("export default 1;\n")
    (source / "built-on.mjs").write_text('export { one as default } from "./core/piece.mjs";\n')
    assert node(script, "join").returncode == 0
    assert node(script, "check").returncode == 0
    piece.write_text("export const one = 2;\n")
    (source / "edited.mjs").write_text("export default 2;\n")
    (source / "forgotten.mjs").unlink()
    (joined / "missing.mjs").unlink()
    done = node(script, "check")
    assert done.returncode == 1
    named = set(re.findall(r"[\w-]+\.mjs", done.stderr))
    assert named == {"built-on.mjs", "edited.mjs", "forgotten.mjs", "missing.mjs"}


# ---- light
def weights(slug: str) -> dict[str, int]:
    """Return what a page loads for a lab, in compressed bytes."""
    lab = on_page(LABS[slug])
    data = re.search(r'<script type="application/json">(.*?)</script>', lab.placeholder())[1]
    parts = {
        "module": (JOINED / f"{slug}.mjs").read_text(encoding="utf-8"),
        "shim": SHIM.read_text(encoding="utf-8"),
        "state and words": data,
        "style": (LAB_FOLDER / "lab.css").read_text(encoding="utf-8"),
    }
    return {name: compressed(text) for name, text in parts.items()}


@pytest.mark.parametrize("slug", labs.ALL)
def test_a_lab_is_light_with_all_that_it_needs(slug: str) -> None:
    found = weights(slug)
    assert sum(found.values()) <= LAB_BYTES, found


def test_the_shim_is_light() -> None:
    assert compressed(SHIM.read_text(encoding="utf-8")) <= SHIM_BYTES


@pytest.mark.audit
def test_weights_are_printed() -> None:
    for slug in labs.ALL:
        found = weights(slug)
        print(f"{slug:20} {sum(found.values()):6} bytes, compressed: {found}")
        assert found["module"] > 0


# ---- alone
@pytest.mark.parametrize("module", [*MODULES, LANDING], ids=lambda path: path.stem)
@pytest.mark.parametrize("kind", UNWANTED)
def test_a_joined_module_needs_nothing_and_asks_nobody(module: Path, kind: str) -> None:
    assert wanted(module.read_text(encoding="utf-8"), kind) == []


def wanted(text: str, kind: str) -> list[str]:
    """Return what of this kind stands in a text."""
    return [one[0] for one in re.finditer(UNWANTED[kind], text) if one[0] not in NAMES]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("import", 'import{a}from"./a.mjs";'),
        ("import", "x();import('./a.mjs')"),
        ("import", "new URL('a', import.meta.url)"),
        ("code made of text", "new Function('return 1')"),
        ("code made of text", "eval(a)"),
        ("code made of text", "e.innerHTML=t"),
        ("request", "await fetch(u)"),
        ("request", "i.src=u"),
        ("store", "localStorage.x=1"),
        ("chance without a seed", "Math.random()"),
        ("word to the console", "console.log(1)"),
        ("address", "'https://example.org/a.js'"),
        ("address", '"//cdn.example.org/a.js"'),
        ("address", '"http://www.w3.org/2000/svgx"'),
    ],
)
def test_what_a_joined_lab_must_not_hold_is_found(kind: str, text: str) -> None:
    assert wanted(text, kind)
    assert not wanted(
        'const a="http://www.w3.org/2000/svg";// important\nexport{a as default};', kind
    )


@pytest.mark.parametrize("slug", labs.ALL)
def test_the_words_of_a_lab_name_no_address(slug: str) -> None:
    lab = labs.ALL[slug]()
    assert wanted(json.dumps([lab.words(), lab.schema()]), "address") == []


@each_module
def test_nothing_happens_when_a_lab_is_only_imported(module: Path) -> None:
    words = "const { default: lab } = await import(process.argv[1]); console.log(Object.keys(lab))"
    done = node("--input-type=module", "-e", words, module.as_uri())
    assert done.stdout.strip() == "[ 'render' ]", done.stderr


STRICT = """async ([text, data]) => {
  const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const { default: lab } = await import(url);
  URL.revokeObjectURL(url);
  const state = JSON.parse(data), known = ["get", "set", "on", "off", "save_changes"];
  const model = { get: (name) => state[name], set(name, value) { state[name] = value; },
                  on() {}, off() {}, save_changes() {} };
  const only = new Proxy(model, { get(target, name) {
    if (!known.includes(name)) throw new Error(`a model has no ${String(name)}`);
    return target[name];
  } });
  const el = document.body.appendChild(document.createElement("div"));
  const close = lab.render({ model: only, el });
  const shown = el.querySelector(".rc-readout").textContent;
  const slider = el.querySelector("input[type=range], [role=slider]");
  const before = JSON.stringify(state);
  slider.value = slider.value === slider.max ? slider.min : slider.max;
  slider.dispatchEvent(new Event("input"));
  slider.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight" }));
  const moved = JSON.stringify(state) !== before;
  close();
  return [shown, moved, el.childElementCount, location.hash];
}"""


@pytest.mark.parametrize("slug", labs.ALL)
def test_a_lab_runs_from_a_blob_with_five_methods_of_a_model(
    chromium: Browser, lab_address: str, slug: str
) -> None:
    lab = labs.ALL[slug]()  # as a kernel has it; in Colab and JupyterLab it comes as a Blob, too
    data = json.dumps({**lab.state, "_schema": lab._schema, "_words": lab._words})
    page = chromium.new_page()
    page.goto(f"{lab_address}bare.html")
    shown, moved, left, hash = page.evaluate(STRICT, [str(lab._esm), data])
    page.close()
    assert shown
    assert moved
    assert left == 0
    assert hash == ""


# ---- checked
def test_types_hold() -> None:
    done = node("node_modules/typescript/bin/tsc")
    assert done.returncode == 0, done.stdout


def test_modules_are_in_form() -> None:
    done = node("node_modules/@biomejs/biome/bin/biome", "check")
    assert done.returncode == 0, done.stdout + done.stderr
