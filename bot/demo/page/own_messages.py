"""What a person does to their own messages: POST /edit and /delete (form fields channel, ts, and text)."""

from collections.abc import Callable
from typing import Final

from aiohttp import web

from bot.demo.page.screen import Place
from bot.demo.workspace.errors import NotThere
from bot.demo.workspace.people import People

MAXIMUM_TEXT: Final = 12_000


class OwnMessages:
    """The handlers. `acting` finds who acts in which channel, `refuse` words a refusal for them."""

    def __init__(
        self,
        people: People,
        acting: Callable[[web.Request, str], Place],
        refuse: Callable[[Place, str, int], web.Response],
    ) -> None:
        self._people = people
        self._acting = acting
        self._refuse = refuse

    async def edit(self, request: web.Request) -> web.Response:
        """Change what one said."""
        form = await request.post()
        place, text = self._acting(request, str(form["channel"])), str(form["text"]).replace("\r\n", "\n").strip()
        if not text:
            return self._refuse(place, "required", 400)
        if len(text) > MAXIMUM_TEXT:
            return self._refuse(place, "too_long", 400)
        try:
            await self._people.edit(place.person.id, place.channel.id, str(form["ts"]), text)
        except NotThere:
            return self._refuse(place, "not_there", 404)
        return web.json_response({})

    async def dismiss(self, request: web.Request) -> web.Response:
        """Close what only oneself sees; as in Slack nobody is told."""
        form = await request.post()
        place = self._acting(request, str(form["channel"]))
        if not self._people.dismiss(place.person.id, place.channel.id, str(form["ts"])):
            return self._refuse(place, "not_there", 404)
        return web.json_response({})

    async def delete(self, request: web.Request) -> web.Response:
        """Take back what one said."""
        form = await request.post()
        place = self._acting(request, str(form["channel"]))
        try:
            await self._people.delete(place.person.id, place.channel.id, str(form["ts"]))
        except NotThere:
            return self._refuse(place, "not_there", 404)
        return web.json_response({})
