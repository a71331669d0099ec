"""Every event, command and button that Nod listens to, registered in one place."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.slack.buttons import Buttons
from bot.slack.cards import CONFIRM, DENY, SHARE
from bot.slack.commands import Commands
from bot.slack.intake import Intake
from bot.slack.welcome import Welcome


def register(app: AsyncApp, intake: Intake, buttons: Buttons, commands: Commands, welcome: Welcome) -> None:
    app.middleware(intake.keep_event)
    app.event("app_mention")(kept)
    app.event("message")(kept)
    app.event("app_home_opened")(welcome.opened)
    app.command("/nod")(commands.nod)
    app.action(CONFIRM)(buttons.confirm)
    app.action(DENY)(buttons.deny)
    app.action(SHARE)(buttons.share)


async def kept(ack: AsyncAck) -> None:
    """Nothing is left to do for a message: the middleware has kept it. Bolt acks what has a listener."""
    await ack()
