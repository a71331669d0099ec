"""Every event, command, button and dialog that Nod listens to, registered in one place."""

import re

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.slack.batch_card import CONFIRM_ALL
from bot.slack.buttons import Buttons
from bot.slack.cards import CONFIRM, DENY, DENY_REASON, EDIT, READ, REMEMBER, SHARE, WITHDRAW
from bot.slack.commands import Commands
from bot.slack.dialogs import Dialogs
from bot.slack.edits import CHANGED
from bot.slack.envelopes import failed
from bot.slack.forget_question import CANCEL as FORGET_CANCEL
from bot.slack.forget_question import CONFIRM as FORGET_CONFIRM
from bot.slack.forgetting import Forgetting
from bot.slack.forms import EDIT_SUBMIT
from bot.slack.granting import Granting
from bot.slack.grants_list import REVOKE
from bot.slack.intake import Intake
from bot.slack.modals import BACK, CONFIRM_READ, DENY_SUBMIT, NEXT
from bot.slack.notes import CONTINUE, REGENERATE, RETRY
from bot.slack.offers import Offers
from bot.slack.retries import Retries
from bot.slack.schedules_list import DELETE, PAUSE, RESUME, RUN
from bot.slack.scheduling import Scheduling
from bot.slack.sharing import Sharing
from bot.slack.stop_button import STOP
from bot.slack.stops import Stops
from bot.slack.welcome import Welcome
from bot.slack.whisper import Whisper
from bot.slack.wishes import SaidWishes

EVERY = re.compile("")
"""Events that nobody here listens to are acknowledged all the same: Slack would deliver each thrice more."""


def register(
    app: AsyncApp,
    *,
    intake: Intake,
    commands: Commands,
    welcome: Welcome,
    buttons: Buttons,
    dialogs: Dialogs,
    granting: Granting,
    forgetting: Forgetting,
    sharing: Sharing,
    retries: Retries,
    scheduling: Scheduling,
    offers: Offers,
    stops: Stops,
    wishes: SaidWishes,
    whisper: Whisper,
) -> None:
    safe = whisper.if_broken
    app.middleware(intake.keep_event)
    app.middleware(stops.keep_event)
    app.event("agent_session_stopped")(stops.told)
    app.event("app_mention")(wishes.told)
    app.event({"type": "message", "subtype": CHANGED})(offers.edited)
    app.event("message")(wishes.told)
    app.event("app_home_opened")(welcome.opened)
    app.command("/nod")(commands.nod)
    app.action(CONFIRM)(safe(buttons.confirm))
    app.action(DENY)(safe(buttons.deny))
    app.action(WITHDRAW)(safe(buttons.withdraw))
    app.action(REMEMBER)(safe(buttons.remember))
    app.action(CONFIRM_ALL)(safe(buttons.confirm_all))
    app.action(EDIT)(safe(dialogs.edit))
    app.view(EDIT_SUBMIT)(safe(dialogs.edited))
    app.action(DENY_REASON)(safe(dialogs.ask_reason))
    app.view(DENY_SUBMIT)(safe(dialogs.deny))
    app.action(READ)(safe(dialogs.read))
    app.action(NEXT)(safe(dialogs.turn_page))
    app.action(BACK)(safe(dialogs.turn_page))
    app.view(CONFIRM_READ)(safe(dialogs.confirm_read))
    app.action(REVOKE)(safe(granting.revoke))
    app.action(FORGET_CONFIRM)(safe(forgetting.confirm))
    app.action(FORGET_CANCEL)(safe(forgetting.cancel))
    app.action(SHARE)(safe(sharing.share))
    app.action(RETRY)(safe(retries.again))
    for each in (PAUSE, RESUME, RUN, DELETE):
        app.action(each)(safe(scheduling.pressed))
    app.action(CONTINUE)(safe(retries.go_on))
    app.action(REGENERATE)(safe(retries.regenerate))
    app.action(STOP)(safe(stops.press))
    app.event(EVERY)(kept)
    app.error(failed)


async def kept(ack: AsyncAck) -> None:
    """Nothing is left to do: the middleware has kept it. Bolt acks what has a listener."""
    await ack()
