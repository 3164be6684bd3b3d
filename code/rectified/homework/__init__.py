"""Homework: chapters as assignments, and what grades them.

Chapters import this room for two functions, which need NumPy and nothing of the room's own tools:

    homework.rng("larger")                   the generator of an exercise's tests
    homework.missing(parts, globals())       what a student has not answered yet
"""

from rectified.homework.draws import rng
from rectified.homework.unfinished import missing

__all__ = ["missing", "rng"]
