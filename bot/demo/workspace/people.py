"""What the persons of the demo workspace do: each deed changes the state and tells the app, as Slack does."""

import uuid
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from bot.demo.workspace import composer, inputs, payloads, response_urls
from bot.demo.workspace.errors import NotThere, SlackError
from bot.demo.workspace.inputs import Values
from bot.demo.workspace.methods import views
from bot.demo.workspace.slack import Slack
from bot.demo.workspace.state import Channel, File, Json, Message, User, View, Workspace

TROUBLE = "We had some trouble connecting. Try again?"


class People:
    """Act as a person. `user` and `channel` are ids or names (`kim`, `general`); an unknown one is a KeyError.

    What the person cannot see, such as another's ephemeral message or a button that is gone, is NotThere.
    """

    def __init__(self, slack: Slack) -> None:
        self._slack = slack
        self.workspace: Workspace = slack.workspace

    async def say(
        self,
        user: str,
        channel: str,
        text: str,
        thread_ts: str | None = None,
        files: Sequence[tuple[str, str, bytes]] = (),
    ) -> Message:
        """Say something as typed: `@Nod` and `#general` become entities, `& < >` are escaped. `files` are shared
        with it: name, MIME type, bytes."""
        person, room = self._enter(user, channel)
        if thread_ts is not None:
            self._see(person, room, thread_ts)
        composed = self._compose(text)
        message = Message(
            self.workspace.next_ts(),
            room.id,
            person.id,
            text=composed,
            blocks=self._rich_text(composed) if composed or not files else [],
            thread_ts=thread_ts,
            client_msg_id=str(uuid.uuid4()),
            files=[self._upload(person, *each) for each in files],
        )
        self.workspace.post(message)
        self._slack.events.posted(message)
        return message

    def _upload(self, person: User, name: str, mimetype: str, content: bytes) -> File:
        id, team = self.workspace.new_id("F"), self.workspace.team_id
        url = f"{self._slack.origin}/files-pri/{team}-{id}/download/{quote(name, safe='')}"
        file = File(id, name, mimetype, person.id, int(self.workspace.clock()), url, content)
        self.workspace.files[id] = file
        return file

    async def edit(self, user: str, channel: str, ts: str, text: str) -> Message:
        """Change what one said oneself."""
        message = self._own(user, channel, ts)
        previous = payloads.message_json(self.workspace, message)
        message.text = self._compose(text)
        message.blocks = self._rich_text(message.text)
        message.edited, message.edited_ts = True, self.workspace.next_ts()
        self.workspace.touch(message)
        self._slack.events.changed(message, previous)
        return message

    async def delete(self, user: str, channel: str, ts: str) -> None:
        """Take back what one said oneself."""
        message = self._own(user, channel, ts)
        previous = payloads.message_json(self.workspace, message)
        self.workspace.delete(message)
        self._slack.events.deleted(message, previous)

    def dismiss(self, user: str, channel: str, ts: str) -> bool:
        """Close a message that this person alone sees, which tells nobody; False if there is none."""
        person, room = self._enter(user, channel)
        message = self.workspace.message(room.id, ts)
        if message is None or message.ephemeral_to != person.id:
            return False
        self.workspace.delete(message)
        return True

    async def click(
        self, user: str, channel: str, ts: str, action_id: str, value: Any = None, block_id: str | None = None
    ) -> bool:
        """Click a button or choose in a message; False without an ack within three seconds.

        `value` is the choice of a select or of feedback buttons, or tells buttons with one action_id apart.
        """
        person, room = self._enter(user, channel)
        message = self._see(person, room, ts)
        block, element = inputs.find_element(message.blocks, action_id, value, block_id)
        chosen = {str(block["block_id"]): {action_id: value}}
        action = inputs.action_json(block, element, value, self.workspace.next_ts())
        state = inputs.state_of(message.blocks, {}, chosen)
        url = self._slack.response_urls.issue(
            self._slack.origin, self.workspace.team_id, room.id, person.id, message.ts, message.command
        )
        told = {"response_url": url.url, "actions": [action]}
        return await self._interact(person, payloads.message_click(self.workspace, message, state) | told)

    async def click_view(
        self,
        user: str,
        view_id: str,
        action_id: str,
        value: Any = None,
        block_id: str | None = None,
        typed: Values | None = None,
    ) -> bool:
        """Click or choose in a modal or a Home tab; False without an ack in time.

        `typed` is what stands in its inputs at that moment, which Slack tells with the click.
        """
        person = self.workspace.user(user)
        view = self._view(person, view_id)
        block, element = inputs.find_element(view.blocks, action_id, value, block_id)
        place = str(block["block_id"])
        chosen = dict(typed or {})
        chosen[place] = {**chosen.get(place, {}), action_id: value}
        action = inputs.action_json(block, element, value, self.workspace.next_ts())
        view.state = inputs.state_of(view.blocks, view.state, chosen)
        return await self._interact(person, payloads.view_click(self.workspace, view) | {"actions": [action]})

    async def command(self, user: str, channel: str, text: str, command: str = "/nod") -> bool:
        """Use a slash command in a channel; without an ack in time the person gets a note: False."""
        person, room = self._enter(user, channel)
        url = self._slack.response_urls.issue(
            self._slack.origin, self.workspace.team_id, room.id, person.id, command=f"{command} {text}".strip()
        )
        trigger_id = self._slack.triggers.issue(person.id)
        payload = payloads.slash_command(self.workspace, person, room, command, text, url.url, trigger_id)
        ack = await self._slack.sockets.request("slash_commands", payload)
        if ack is None:
            self._note(person, room, f'{command} failed with the error "operation_timeout"')
            return False
        if ack:
            try:
                response_urls.answer(self._slack, url, ack)
            except SlackError as error:
                self._note(person, room, f'{command} failed with the error "{error.code}"')
        return True

    async def open_dm(self, user: str) -> Channel:
        """Open the messages of Nod's direct channel."""
        person = self.workspace.user(user)
        channel = self.workspace.dm(person.id)
        self._slack.events.home_opened(person, channel, "messages")
        return channel

    async def open_home(self, user: str) -> Channel:
        """Open Nod's Home tab."""
        person = self.workspace.user(user)
        channel = self.workspace.dm(person.id)
        self._slack.events.home_opened(person, channel, "home")
        return channel

    async def stop(self, user: str, channel: str, thread_ts: str) -> None:
        """Press Stop while an answer is written in a thread; NotThere when none is."""
        person, room = self._enter(user, channel)
        for message in self.workspace.thread(room.id, thread_ts):
            if message.streaming:
                self._slack.events.stopped(person, message)
                return
        raise NotThere("nothing is being written in this thread")

    async def react(self, user: str, channel: str, ts: str, name: str) -> None:
        """Add an emoji to a message."""
        person, room = self._enter(user, channel)
        message = self._see(person, room, ts)
        users = message.reactions.setdefault(name, [])
        if person.id not in users:
            users.append(person.id)
        self.workspace.touch(message)

    async def submit_view(self, user: str, view_id: str, values: Values) -> bool:
        """Fill a modal in and submit it; `values` holds {block_id: {action_id: text, option's value, list, or
        a whole entry of `state.values`}}.

        Returns True when the app took it. Otherwise the view stays open and its `errors` say why: a required
        field, the app's own `response_action: errors`, or (under the key "") that there was no ack in time.
        """
        person = self.workspace.user(user)
        view = self._view(person, view_id)
        view.state = inputs.state_of(view.blocks, view.state, values)
        view.errors = inputs.refusals(view.blocks, view.state)
        if view.errors:
            self.workspace.put_view(view)
            return False
        payload = self._view_payload("view_submission", person, view) | {"response_urls": []}
        ack = await self._slack.sockets.request("interactive", payload)
        try:
            self._follow(view, ack)
        except SlackError:
            view.errors = {"": TROUBLE}
        if view.errors and view.id in self.workspace.views:
            self.workspace.put_view(view)
        return not view.errors

    async def close_view(self, user: str, view_id: str) -> None:
        """Close a modal; the app is told when the view says `notify_on_close`."""
        person = self.workspace.user(user)
        view = self._view(person, view_id)
        stack = self.workspace.view_stack(person.id)
        closed = stack if view.clear_on_close else stack[stack.index(view) :]
        self.workspace.drop_views(closed)
        if view.notify_on_close:
            payload = self._view_payload("view_closed", person, view) | {"is_cleared": view.clear_on_close}
            await self._slack.sockets.request("interactive", payload)

    # what the app's ack of a submission asks for

    def _follow(self, view: View, ack: Json | None) -> None:
        if ack is None:
            view.errors = {"": TROUBLE}
            return
        match ack.get("response_action"):
            case "errors":
                view.errors = {str(block): str(sentence) for block, sentence in ack.get("errors", {}).items()}
            case "update":
                views.change(self._slack, view, views.checked(ack.get("view")))
            case "push":
                views.add(self._slack, view.user, views.checked(ack.get("view")))
            case "clear":
                self.workspace.drop_views(self.workspace.view_stack(view.user))
            case _:
                self.workspace.drop_views([view])

    # what a person can see

    def _enter(self, user: str, channel: str) -> tuple[User, Channel]:
        person, room = self.workspace.user(user), self.workspace.channel(channel)
        if person.id not in room.members:
            raise NotThere(f"{person.name} is not in {room.name}")
        return person, room

    def _see(self, person: User, channel: Channel, ts: str) -> Message:
        message = self.workspace.message(channel.id, ts)
        if message is None or message.ephemeral_to not in (None, person.id):
            raise NotThere(f"{person.name} sees no message {ts} in {channel.name}")
        return message

    def _own(self, user: str, channel: str, ts: str) -> Message:
        person, room = self._enter(user, channel)
        message = self._see(person, room, ts)
        if message.user != person.id or message.deleted:
            raise NotThere(f"{person.name} did not say {ts}")
        return message

    def _view(self, person: User, view_id: str) -> View:
        home = self.workspace.homes.get(person.id)
        view = home if home and home.id == view_id else self.workspace.views.get(view_id)
        if view is None or view.user != person.id:
            raise NotThere(f"{person.name} has no view {view_id} open")
        return view

    # payloads

    async def _interact(self, person: User, told: Json) -> bool:
        trigger_id = self._slack.triggers.issue(person.id)
        payload = payloads.interaction(self.workspace, "block_actions", person, trigger_id) | told
        return await self._slack.sockets.request("interactive", payload) is not None

    def _view_payload(self, kind: str, person: User, view: View) -> Json:
        trigger_id = self._slack.triggers.issue(person.id)
        shown = {"view": payloads.view_json(self.workspace, view)}
        return payloads.interaction(self.workspace, kind, person, trigger_id) | shown

    def _compose(self, typed: str) -> str:
        return composer.compose(typed, self.workspace.users.values(), self.workspace.channels.values())

    def _rich_text(self, text: str) -> list[Json]:
        return composer.rich_text(text, self.workspace.new_id("")[1:6])

    def _note(self, person: User, channel: Channel, text: str) -> None:
        """Tell one person something in Slack's own name."""
        slackbot = self.workspace.slackbot
        note = Message(self.workspace.next_ts(), channel.id, slackbot.id, text=text, ephemeral_to=person.id)
        self.workspace.post(note)
