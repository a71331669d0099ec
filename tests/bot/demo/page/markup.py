"""Reads rendered HTML back, to see what a browser would see."""

import re
from html.parser import HTMLParser

TAGS = frozenset(
    re.findall(
        r"\S+",
        """p br strong em s u code pre ul ol li blockquote a span div table thead tbody tr th td h1 h2 h3 h4 h5 h6
        hr button form dialog details summary select option input textarea label fieldset legend small svg path""",
    )
)
ATTRIBUTES = frozenset(
    re.findall(
        r"\S+",
        """class href target rel title role value type id for name placeholder maxlength rows step min max selected
        checked open tabindex scope start autofocus method viewbox width height focusable d""",
    )
)


class Reading(HTMLParser):
    """Collect tags, attributes, links and text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.odd: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.odd.append(data)

    def handle_decl(self, decl: str) -> None:
        self.odd.append(decl)

    def unknown_decl(self, data: str) -> None:
        self.odd.append(data)

    def handle_pi(self, data: str) -> None:
        self.odd.append(data)

    @property
    def links(self) -> list[str]:
        return [value or "" for name, value in self.attributes if name == "href"]


def is_harmless(html: str) -> bool:
    """Tell whether the HTML has only the page's own tags and attributes, and links a browser may follow."""
    reading = Reading(html)
    names = {name for name, _ in reading.attributes if not name.startswith(("data-", "aria-"))}
    links_fine = all(link.lower().startswith(("http:", "https:", "mailto:")) for link in reading.links)
    return not reading.odd and set(reading.tags) <= TAGS and names <= ATTRIBUTES and links_fine
