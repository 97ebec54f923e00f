"""Afterword answers job rejections with a gracious draft that asks for advice."""

from importlib.metadata import version

__version__ = version("afterword")
