"""Join the pages of the built site into one document for paper, in the order of `_toc.yml`.

What a screen folds or leads elsewhere, paper has to show. Folds are open; solutions stand at the
end of their chapter, where they give nothing away. A link inside the book leads inside the
document, with the page's number if that is another chapter's. A link to elsewhere has a number, and
its address stands under that number at the chapter's end: among the sources, or after them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import yaml
from bs4 import BeautifulSoup, Tag
from sphinx_external_toc.parsing import parse_toc_yaml

from rectified.site.claims import PAGE as CLAIMS
from rectified.site.sources import address, bibliography
from rectified.site.styles import style

HERE = Path(__file__).parent
SITE = "_build/html"
STATIC = "html/_static/"  # from where the document lies
ON_SCREEN = {"rc-served", "rc-noted"}  # classes of what needs one
IDS = {"id", "for", "headers", "aria-labelledby", "aria-describedby", "aria-controls"}
URL = re.compile(r"url\(#([^)]+)\)")
UNKNOWN = "000"  # in the place of a page's number, until it is known
PLACE = re.compile(rf'(data-page="([^"]+)">){UNKNOWN}')
PICTURE = "<span> as a picture; on the book's pages, it computes</span>"
MARK = (
    '<svg viewBox="0 0 26 15" aria-hidden="true"><path d="M0 13.5H12.5" '
    'stroke="var(--rc-rule-strong)" stroke-width="3" fill="none"/><path d="M11.6 13.9 24.5 1" '
    'stroke="var(--rc-accent)" stroke-width="3" fill="none"/></svg>'
)
HEAD = """<!DOCTYPE html>
<html lang="en" data-theme="light"><head><meta charset="utf-8"><title>{title}</title>
<style>{rules}</style></head><body>
"""
FRONT = """<header class="rc-front">{mark}<p class="rc-book">{title}</p>
<p class="rc-lead">{subtitle}</p><p>{abstract}</p>
<p class="rc-authors">{authors}</p><p>Version {version} · {licence}</p></header>
"""


@dataclass(frozen=True)
class Chapter:
    """A page of the site, and its place in the book."""

    name: str  # "chapters/relu"
    part: str  # the caption in `_toc.yml` that it stands under, or ""
    body: Tag  # its article, without its anchor

    @property
    def slug(self) -> str:
        """Return the chapter's own anchor, which its other anchors begin with."""
        return self.name.rpartition("/")[2]

    @property
    def title(self) -> str:
        """Return its title as plain text."""
        return " ".join(self.body.h1.get_text().split())


def chapters(root: Path) -> list[Chapter]:
    """Read the book's pages. Raises FileNotFoundError, with a sentence, where one is not built."""
    toc = parse_toc_yaml(root / "_toc.yml")
    parts = {str(name): part.caption or "" for part in toc.root.subtrees for name in part.items}
    return [
        Chapter(name, parts.get(name, ""), _article(root / SITE / f"{name}.html")) for name in toc
    ]


def _article(path: Path) -> Tag:
    if not path.is_file():
        raise FileNotFoundError(f"{path.name} is not built yet: make book")
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").article


def document(root: Path) -> str:
    """Return the whole book as one HTML document, for a file in `_build`.

    Where it tells pages it says `UNKNOWN`; `with_pages` fills these places.
    """
    found = chapters(root)
    works = {address(url): key for key, work in bibliography(root).items() for url in work.urls}
    names = {f"{chapter.name}.html": chapter.slug for chapter in found}
    for chapter in found:
        _open(chapter)
        _move_solutions(chapter.body)
        _number_addresses(chapter.body, works)
        _lead_inside(chapter, names)
        _make_unique(chapter)
    about = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    body = "".join(map(_whole, found))
    head = _head(about, found, "".join(style(body, static=STATIC)))
    return f"{head}{_front(about)}{_contents(found)}{body}</body></html>\n"


def with_pages(text: str, pages: Mapping[str, int]) -> str:
    """Say on which page each anchor stands that the document refers to."""
    return PLACE.sub(lambda place: f"{place[1]}{pages[place[2]]}", text)


def _new(html: str) -> Tag:
    return BeautifulSoup(html, "html.parser").find().extract()


def _needs_screen(tag: Tag) -> bool:
    classes = set(tag.get("class", ()))
    return tag.name in {"script", "noscript"} or "hidden" in tag.attrs or bool(classes & ON_SCREEN)


def _open(chapter: Chapter) -> None:
    """Take out what needs a screen, and open what is folded."""
    for tag in chapter.body.find_all(_needs_screen):
        tag.decompose()
    for fold in chapter.body.find_all("details"):
        fold["open"] = ""
        if chapter.name == CLAIMS and "rc-why" in fold.get("class", ()):
            fold.decompose()  # it stands where the claim is measured, and the row tells the page
    for still in chapter.body.find_all(class_="rc-lab-still"):
        still.find(class_="rc-label").append(_new(PICTURE))


def _move_solutions(body: Tag) -> None:
    """Gather what exercises fold in a section at the end, before the sources."""
    gathered = _new('<section id="solutions"><h2>Solutions</h2></section>')
    for exercise in body.find_all("section", class_="rc-exercise"):
        own, title = exercise["id"], exercise.h3.decode_contents()
        one = _new(f'<section id="solution-{own}"><h3><a href="#{own}">{title}</a></h3></section>')
        for fold in exercise.find_all("details", recursive=False):
            if one.parent is None:
                gathered.append(one)
                link = f'<p class="rc-see"><a href="#solution-{own}">Solution</a></p>'
                fold.insert_before(_new(link))
            fold.summary.decompose()
            one.extend(list(fold.extract().children))
    if gathered.section:
        sources = body.find(id="sources")
        (sources.insert_before if sources else body.section.append)(gathered)


def _number_addresses(body: Tag, works: Mapping[str | None, str]) -> None:
    """Number the links to elsewhere, and write the addresses out where they are listed."""
    numbers: dict[str, int] = {}
    sources = body.find("ol", class_="rc-sources")
    items = sources.find_all("li", recursive=False) if sources else ()
    for number, item in enumerate(items, 1):
        item.insert(0, _new(f'<span id="address-{number}"></span>'))
        numbers[item["id"].removeprefix("source-")] = number
        for link in item.find_all("a", href=True):
            link.parent.append(_new(f'<span class="rc-address">{escape(link["href"])}</span>'))
    listed, others = len(numbers), []
    for link in body.find_all("a", href=re.compile("^https?:")):
        if not link.find_parent(class_="rc-sources"):
            url = link["href"]
            number = numbers.setdefault(works.get(address(url), url), len(numbers) + 1)
            if number > listed + len(others):
                others.append(url)
            link.insert_after(_new(f'<sup><a href="#address-{number}">{number}</a></sup>'))
    if others:
        body.section.append(_new(_addresses(others, listed + 1)))


def _addresses(urls: Sequence[str], start: int) -> str:
    """List addresses that are none of a source's."""
    links = (f'<a class="rc-address" href="{escape(url)}">{escape(url)}</a>' for url in urls)
    items = (f'<li id="address-{number}">{link}</li>' for number, link in enumerate(links, start))
    return (
        '<section id="addresses"><h2>Further addresses</h2>'
        f'<ol class="rc-sources" start="{start}">{"".join(items)}</ol></section>'
    )


def _lead_inside(chapter: Chapter, names: Mapping[str, str]) -> None:
    """Let links to the book's pages lead inside the document; to other files there are none."""
    for link in chapter.body.find_all("a", href=True):
        if urlsplit(link["href"]).scheme:
            continue
        target, anchor = urldefrag(urljoin(f"{chapter.name}.html", link["href"]))
        if target not in names:
            link.unwrap()
            continue
        slug, anchor = names[target], unquote(anchor).partition("?")[0]  # after it, a lab's state
        name = f"{slug}--{anchor}" if anchor else slug
        link["href"] = f"#{name}"
        if slug != chapter.slug or "rc-see" in link.parent.get("class", ()):
            link.insert_after(_new(f'<span class="rc-page">, page {_page(name)}</span>'))


def _page(anchor: str) -> str:
    return f'<span data-page="{anchor}">{UNKNOWN}</span>'


def _make_unique(chapter: Chapter) -> None:
    """Let each anchor begin with the chapter's, and so all that refers to one."""
    own = f"{chapter.slug}--"
    for tag in chapter.body.find_all(True):
        for key, value in list(tag.attrs.items()):
            if key in IDS or (key == "name" and tag.name == "input"):
                words = value if isinstance(value, list) else value.split()
                tag[key] = " ".join(own + word for word in words)
            elif key == "xlink:href" or (key == "href" and tag.name == "use"):
                tag[key] = f"#{own}{value.removeprefix('#')}"
            elif isinstance(value, str) and "url(#" in value:
                tag[key] = URL.sub(rf"url(#{own}\1)", value)


def _whole(chapter: Chapter) -> str:
    """Return a chapter; the page is named after it, so that its head can say the title."""
    return (
        f'<main class="bd-main" id="{chapter.slug}" style="page: {chapter.slug}">'
        f'<article class="bd-article">{chapter.body.decode_contents()}</article></main>\n'
    )


def _head(about: Mapping[str, str], found: Sequence[Chapter], rules: str) -> str:
    rules += (HERE / "paper.css").read_text(encoding="utf-8")
    for chapter in found:
        title = chapter.title.replace("\\", r"\\").replace('"', r"\"")
        rules += f'@page {chapter.slug} {{ @top-right {{ content: "{title}"; }} }}\n'
    return HEAD.format(title=escape(about["title"]), rules=rules)


def _front(about: Mapping) -> str:
    """Return the title page, from what CITATION.cff says of the book."""
    title, _, subtitle = about["title"].partition(": ")
    authors = ", ".join(author["name"] for author in about["authors"])
    return FRONT.format(
        mark=MARK,
        title=escape(title),
        subtitle=escape(subtitle[:1].upper() + subtitle[1:]),
        abstract=escape(about["abstract"]),
        authors=escape(authors),
        version=escape(about["version"]),
        licence=escape(" · ".join(about["license"])),
    )


def _contents(found: Sequence[Chapter]) -> str:
    """Return the contents, part by part, as the site's side shows them."""
    parts = []
    for part, chapters_of in groupby(found, key=lambda chapter: chapter.part):
        items = "".join(
            f'<li><a href="#{chapter.slug}">{escape(chapter.title)}</a>{_page(chapter.slug)}</li>'
            for chapter in chapters_of
        )
        parts.append(f"{f'<p>{escape(part)}</p>' if part else ''}<ol>{items}</ol>")
    return (
        f'<nav class="rc-contents" aria-label="Contents"><h1>Contents</h1>{"".join(parts)}</nav>\n'
    )
