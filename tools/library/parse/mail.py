"""Letters: EML and Outlook's MSG, their heads and bodies as pages, what is attached behind them."""

import email
import email.policy
from collections.abc import Mapping
from email.message import EmailMessage
from pathlib import Path

from bs4 import BeautifulSoup

from tools.errors import UnreadableFile
from tools.library.parse.attached import File, ReadFile, with_files
from tools.library.parse.html import take_in
from tools.library.parse.parts import Parsed
from tools.library.parse.plain import paragraphs_html
from tools.library.parse.rendition import escaped, render

HEAD = ("From", "To", "Cc", "Date", "Subject")


def parse_eml(path: Path, read: ReadFile) -> Parsed:
    """Read .eml. Raises UnreadableFile."""
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    if not message.keys():
        raise UnreadableFile(f"{path.name} is no letter: it has no head.", "Save it as .txt, or get another copy.")
    try:
        head = {name: str(message[name] or "") for name in HEAD}
        part = message.get_body(("html", "plain"))
        text = str(part.get_content()) if part is not None else ""
        files = [(one.get_filename() or "attached", _content(one)) for one in message.iter_attachments()]
    except (LookupError, ValueError, AttributeError, TypeError) as error:  # what broken letters make `email` raise
        raise UnreadableFile(f"{path.name} is broken ({error}).", "Get another copy of the file.") from error
    is_html = part is not None and part.get_content_subtype() == "html"
    return _letter(path, head, _body(text, is_html=is_html), "message/rfc822", files, read)


def _content(part: EmailMessage) -> bytes:
    if part.get_content_type() == "message/rfc822":
        return bytes(part.get_payload(0))  # type: ignore[arg-type]
    return part.get_payload(decode=True) or b""  # type: ignore[return-value]


def parse_msg(path: Path, read: ReadFile) -> Parsed:
    """Read .msg. Raises UnreadableFile."""
    from oxmsg import Message

    try:
        message = Message.load(str(path))
        heads = message.message_headers
        head = {name: str(heads.get(name, "")) for name in HEAD}
        head |= {"From": head["From"] or message.sender or "", "Subject": message.subject or ""}
        head["Date"] = head["Date"] or str(message.sent_date or "")
        files = [(one.file_name or "attached", one.file_bytes or b"") for one in message.attachments]
        body = _body(message.html_body, is_html=True) if message.html_body else _body(message.body or "", is_html=False)
    except Exception as error:  # python-oxmsg raises whatever a broken file makes it
        raise UnreadableFile(
            f"{path.name} is broken and cannot be opened as MSG ({type(error).__name__}: {error}).",
            "Save it as .eml or PDF and add that.",
        ) from error
    return _letter(path, head, body, "application/vnd.ms-outlook", files, read)


def _body(text: str, *, is_html: bool) -> str:
    if not is_html:
        return paragraphs_html(text)
    soup = BeautifulSoup(text, "html.parser")
    take_in(soup, _remote)
    return str(soup)


def _remote(source: str) -> bytes:
    raise UnreadableFile(f"picture not fetched: {source[:80]}")


def _letter(
    path: Path, head: Mapping[str, str], body: str, media_type: str, files: list[File], read: ReadFile
) -> Parsed:
    title = " ".join(head["Subject"].split()) or path.stem
    lines = "<br/>".join(f"{name}: {escaped(' '.join(text.split()))}" for name, text in head.items() if text.strip())
    letter = render(f"<h1>{escaped(title)}</h1><p>{lines}</p>{body}", media_type, title)
    return with_files(letter, letter.rendition or b"", files, read)
