"""What a person may name to be indexed: a path, or a URL."""


def is_url(text: str) -> bool:
    return text.lower().startswith(("http://", "https://"))
