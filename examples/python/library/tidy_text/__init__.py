"""Small functions that make text presentable."""

from .slugs import slugify

__all__ = ["slugify"]
