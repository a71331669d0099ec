"""Who lives in the demo workspace, and where they talk."""

from bot.demo.workspace.state import Workspace


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
