"""Rectified: the package that every chapter of the book imports."""
