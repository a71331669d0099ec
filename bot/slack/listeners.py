"""Every event, command, button and dialog that Nod listens to, registered in one place."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.slack.batch_card import CONFIRM_ALL
from bot.slack.buttons import Buttons
from bot.slack.cards import CONFIRM, DENY, DENY_REASON, EDIT, READ, REMEMBER, SHARE, WITHDRAW
from bot.slack.commands import Commands
from bot.slack.dialogs import Dialogs
from bot.slack.forms import EDIT_SUBMIT
from bot.slack.granting import Granting
from bot.slack.grants_list import REVOKE
from bot.slack.intake import Intake
from bot.slack.modals import BACK, CONFIRM_READ, DENY_SUBMIT, NEXT
from bot.slack.sharing import Sharing
from bot.slack.welcome import Welcome


def register(
    app: AsyncApp,
    *,
    intake: Intake,
    commands: Commands,
    welcome: Welcome,
    buttons: Buttons,
    dialogs: Dialogs,
    granting: Granting,
    sharing: Sharing,
) -> None:
    app.middleware(intake.keep_event)
    app.event("app_mention")(kept)
    app.event("message")(kept)
    app.event("app_home_opened")(welcome.opened)
    app.command("/nod")(commands.nod)
    app.action(CONFIRM)(buttons.confirm)
    app.action(DENY)(buttons.deny)
    app.action(WITHDRAW)(buttons.withdraw)
    app.action(REMEMBER)(buttons.remember)
    app.action(CONFIRM_ALL)(buttons.confirm_all)
    app.action(EDIT)(dialogs.edit)
    app.view(EDIT_SUBMIT)(dialogs.edited)
    app.action(DENY_REASON)(dialogs.ask_reason)
    app.view(DENY_SUBMIT)(dialogs.deny)
    app.action(READ)(dialogs.read)
    app.action(NEXT)(dialogs.turn_page)
    app.action(BACK)(dialogs.turn_page)
    app.view(CONFIRM_READ)(dialogs.confirm_read)
    app.action(REVOKE)(granting.revoke)
    app.action(SHARE)(sharing.share)


async def kept(ack: AsyncAck) -> None:
    """Nothing is left to do for a message: the middleware has kept it. Bolt acks what has a listener."""
    await ack()
