"""What the stand-in says of files, in Korean."""

from collections.abc import Sequence

from bot.demo.model.rules.files import Seen


def looked_at(files: Sequence[Seen]) -> str:
    """Say of each file what was seen of it."""
    return "\n".join(f"- **{file.name}**: {_seen(file)}" for file in files)


def _seen(file: Seen) -> str:
    if file.picture is not None:
        return f"{file.picture.width} × {file.picture.height}픽셀 이미지입니다."
    if file.text is None:
        return "내용을 보지 못했습니다."
    if file.is_table:
        return f"‘{file.beginning}’ 제목 아래에 {max(0, len(file.lines) - 1)}행이 있습니다."
    return f"글이 {len(file.lines)}줄 있고, ‘{file.beginning}’(으)로 시작합니다."
