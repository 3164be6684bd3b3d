"""The command line: `rectified homework assign` and `rectified homework grade`."""

import argparse
import os
import sys
from pathlib import Path

CHAPTERS = Path("chapters")
DONE, FAILED = 0, 2


def add(commands: argparse._SubParsersAction) -> None:
    """Add `homework` with its two commands."""
    homework = commands.add_parser(
        "homework", help="hand out a chapter as homework, and grade what comes back"
    )
    actions = homework.add_subparsers(title="commands", required=True, metavar="COMMAND")
    assign = actions.add_parser(
        "assign",
        help="make the students' notebooks of chapters",
        description="Make the students' notebooks: without solutions and hidden tests.",
        epilog="A chapter whose own solutions do not get full points is refused. "
        "Exit status: 0 if all is written, 2 if nothing is.",
    )
    assign.add_argument("chapter", nargs="+", help="a chapter, such as relu")
    assign.add_argument("--force", action="store_true", help="replace other files of that name")
    assign.set_defaults(run=_assign)
    grade = actions.add_parser(
        "grade",
        help="grade a folder of submissions",
        description="Grade what a learning platform gives: a folder, or a zip archive. "
        "Started again, it goes on where it stopped.",
        epilog="Exit status: 0 if scores are written, 2 if nothing is.",
    )
    grade.add_argument("source", type=Path, metavar="FOLDER", help="what was handed in")
    grade.add_argument("--chapter", action="append", help="only this chapter (may be repeated)")
    grade.add_argument("--written", type=Path, metavar="FILE", help="a filled written.csv")
    grade.add_argument("--book", default="", metavar="URL", help="the site that feedback links to")
    jobs = os.cpu_count() or 1
    grade.add_argument("--jobs", type=int, default=jobs, help="how many at a time (%(default)s)")
    grade.add_argument(
        "--trust-submissions",
        action="store_true",
        help="run students' code without a sandbox: it can read, change and send all that you can",
    )
    grade.set_defaults(run=_grade)
    for command in (assign, grade):
        command.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where to")
        command.add_argument("--secret", default="", metavar="TEXT", help="changes what tests draw")
        command.add_argument(
            "--variants",
            type=Path,
            metavar="FILE",
            help="a name a line: each has its own constants",
        )
        command.add_argument("--chapters", type=Path, default=CHAPTERS, help="(%(default)s)")


def _assign(options: argparse.Namespace) -> int:
    from rectified.homework.assign import assign  # here, so that --help does not wait
    from rectified.homework.worker import prove

    try:
        paths = [_path(options.chapters, slug) for slug in options.chapter]
        names = _names(options.variants)
        written = assign(
            paths, options.out, names=names, secret=options.secret, force=options.force, prove=prove
        )
    except (ValueError, OSError) as error:
        return _failed(error)
    print(f"{len(written)} written to {options.out}")
    return DONE


def _grade(options: argparse.Namespace) -> int:
    from rectified.homework import grading
    from rectified.homework.confine import CannotConfine
    from rectified.homework.worker import Settings

    try:
        slugs = options.chapter or _gradable(options.chapters)
        settings = Settings(
            chapters=tuple(str(_path(options.chapters, slug)) for slug in slugs),
            secret=options.secret,
            variants=_names(options.variants),
            confined=not options.trust_submissions,
        )
        records = grading.grade(
            options.source,
            options.out,
            settings,
            jobs=options.jobs,
            points=options.written,
            book=options.book,
        )
    except CannotConfine as error:
        return _failed(f"{error}\n--trust-submissions would run students' code as your own.")
    except (ValueError, OSError) as error:
        return _failed(error)
    print(f"{len(records)} graded; see {options.out / 'report.html'}")
    return DONE


def _path(folder: Path, slug: str) -> Path:
    """Return a chapter's notebook. Raises ValueError, naming those that there are."""
    path = folder / f"{slug.removesuffix('.ipynb')}.ipynb"
    if not path.is_file():
        there = ", ".join(sorted(each.stem for each in folder.glob("*.ipynb"))) or "none"
        raise ValueError(f"no chapter is called {slug!r} in {folder}; there are: {there}")
    return path


def _gradable(folder: Path) -> list[str]:
    """Return the chapters with graded exercises. Raises ValueError if there are none."""
    from rectified.homework.exercises import read

    slugs = [path.stem for path in sorted(folder.glob("*.ipynb")) if read(path).exercises]
    if not slugs:
        raise ValueError(f"no chapter with graded exercises in {folder}: name it with --chapters")
    return slugs


def _names(path: Path | None) -> tuple[str, ...]:
    """Return the names of a file, one a line; none without a file."""
    if path is None:
        return ()
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    names = [line.strip() for line in lines if line.strip()]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"variants must name everybody once, {path} repeats {', '.join(twice)}")
    if not names:
        raise ValueError(f"variants must hold a name a line, {path} holds none")
    return tuple(names)


def _failed(error: object) -> int:
    print(f"rectified: {error}", file=sys.stderr)
    return FAILED
