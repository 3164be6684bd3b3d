"""Homework: from a chapter to a graded class, with students who may attack the grader."""
