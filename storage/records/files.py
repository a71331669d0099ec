"""Files: as Slack tells of them, and as they enter the history."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class SharedFile:
    """A file that somebody put beside a message. `name` and `mimetype` are what their computer said; `size` in
    bytes, 0 where nobody said; `url` is where its bytes are, empty where Slack has to be asked first."""

    id: str
    name: str
    mimetype: str = ""
    size: int = 0
    url: str = field(default="", repr=False)


PICTURE = "picture"


@dataclass(frozen=True)
class Attached:
    """A file as the model is shown it, beside what a person wrote.

    `kind` is `text`, `pdf`, `docx` or `xlsx` with its words in `text`; PICTURE; or empty for a file that could not
    be read: `text` says why then. A picture is `mimetype`, `width` and `height` (pixels) and the `digest`
    (SHA-256) under which its bytes are kept, once: `content` is there only on the way in and on the way to
    the model.
    """

    name: str
    kind: str = ""
    text: str = ""
    digest: str = ""
    mimetype: str = ""
    width: int = 0
    height: int = 0
    content: bytes = field(default=b"", repr=False, compare=False)
