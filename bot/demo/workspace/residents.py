"""Who lives in the demo workspace, where they talk, and what they have talked about before anybody looks."""

from bot.demo.workspace import composer
from bot.demo.workspace.state import Message, Workspace

OUTING = (
    ("lee", "Friday's outing: I'd book the picnic at the river in Seoul, for 14 of us.", False),
    ("park", "Fine with me, unless it rains. Then I'd rather go to the museum, at 3 pm.", False),
    ("kim", "비가 오면 박물관이 좋겠어요. 예산은 1인당 30,000원이에요.", False),
    ("lee", "Good. Let's decide on Thursday, after the forecast.", True),
)
"""A thread that Nod was not called into yet: who, what, whether it was edited."""

AGO, BETWEEN = 2 * 3600, 240
"""Seconds: when it began, and from one message to the next."""


def settle(workspace: Workspace) -> None:
    """Move in: Kim, Lee and Park, who is an administrator, #general and #hr with Nod in both, and a direct channel
    of each with Nod."""
    people = [
        workspace.add_user("kim", "Kim", locale="ko-KR", tz="Asia/Seoul"),
        workspace.add_user("lee", "Lee", locale="en-US", tz="America/New_York"),
        workspace.add_user("park", "Park", locale="en-US", tz="Europe/London"),
    ]
    people[2].is_admin = True
    everybody = [*(person.id for person in people), workspace.bot.id]
    workspace.add_channel("general", everybody).topic = "Company-wide announcements and everyday questions"
    workspace.add_channel("hr", everybody).topic = "People, pay and changes to the staff list"
    for person in people:
        workspace.dm(person.id)


def talk(workspace: Workspace) -> Message:
    """Talk about an outing in a thread of #general; its root. Nod is not told: it happened before."""
    channel, began = workspace.channel("general"), workspace.clock() - AGO
    messages: list[Message] = []
    for number, (name, said, edited) in enumerate(OUTING):
        text = composer.compose(said, (), ())
        message = Message(
            f"{began + number * BETWEEN:.6f}",
            channel.id,
            workspace.user(name).id,
            text=text,
            blocks=composer.rich_text(text, workspace.new_id("")[1:6]),
            thread_ts=messages[0].ts if messages else None,
            edited=edited,
        )
        messages.append(workspace.post(message))
    return messages[0]
