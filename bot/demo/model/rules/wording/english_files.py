"""What the stand-in says of files, in English."""

from collections.abc import Sequence

from bot.demo.model.rules.files import Seen


def looked_at(files: Sequence[Seen]) -> str:
    """Say of each file what was seen of it."""
    return "\n".join(f"- **{file.name}**: {_seen(file)}" for file in files)


def _seen(file: Seen) -> str:
    if file.picture is not None:
        return f"a picture of {file.picture.width} × {file.picture.height} pixels."
    if file.text is None:
        return f"I could not look at it: {file.why}."
    if file.is_table:
        rows = max(0, len(file.lines) - 1)
        return f"{rows} {'row' if rows == 1 else 'rows'} below the heading “{file.beginning}”."
    count = len(file.lines)
    return f"{count} {'line' if count == 1 else 'lines'} of text. It begins: “{file.beginning}”."
