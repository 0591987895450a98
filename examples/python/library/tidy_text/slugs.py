"""Names for addresses."""


def slugify(text: str) -> str:
    """Lower case, words joined by hyphens, never empty."""
    return text.lower().replace(" ", "-")
