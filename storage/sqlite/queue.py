"""Who is next: free turns are shared between people and channels."""

from datetime import datetime

from sqlite_utils import Database

from storage.records import DeliveryKind, InLine
from storage.sqlite.codec import Row, conversation_from, delivery_from, time_from, time_text

LONGEST_LINE = 100
NO_BOUND = 1_000_000

# The first waiting entry of each conversation that has no running turn, with how many turns its person and its
# channel have running. inbox_next covers it, which is as small as the queue; what runs is a handful.
_CANDIDATES = """
    WITH running AS MATERIALIZED (
        SELECT turns.conversation, turns.user, team, channel
        FROM turns INDEXED BY turns_running JOIN conversations ON conversations.id = turns.conversation
        WHERE turns.state = 'running'
    ),
    people AS MATERIALIZED (SELECT team, user, count(*) AS turns FROM running GROUP BY team, user),
    channels AS MATERIALIZED (SELECT team, channel, count(*) AS turns FROM running GROUP BY team, channel),
    firsts AS (
        SELECT conversation, min(id) AS entry, user
        FROM inbox INDEXED BY inbox_next WHERE state = 'waiting' GROUP BY conversation
    ),
    suspects AS MATERIALIZED (
        SELECT conversation, max(tries) AS tries
        FROM inbox INDEXED BY inbox_suspects WHERE state = 'waiting' AND tries >= 2 GROUP BY conversation
    ),
    candidates AS (
        SELECT entry, firsts.conversation, firsts.user, conversations.team, conversations.channel, thread,
            coalesce(people.turns, 0) AS of_person, coalesce(channels.turns, 0) AS of_channel,
            coalesce(suspects.tries, 0) AS suspect
        FROM firsts JOIN conversations ON conversations.id = firsts.conversation
            LEFT JOIN people ON people.user = firsts.user AND people.team = conversations.team
            LEFT JOIN channels
                ON channels.channel = conversations.channel AND channels.team = conversations.team
            LEFT JOIN suspects ON suspects.conversation = firsts.conversation
        WHERE firsts.conversation NOT IN (SELECT conversation FROM running)
    )
"""


def first(db: Database, most: int | None = None) -> Row | None:
    """Return whose turn is next, None if nobody can be served: a person and the conversation's columns.

    Nobody gets more than `most` turns at once. What was begun twice and never ended may be what ends the process:
    such entries are served one at a time, the least tried first, so that they do not take each other along.
    """
    best = f"""{_CANDIDATES}
        SELECT * FROM candidates
        WHERE of_person < ? AND (suspect = 0 OR NOT EXISTS (
            SELECT 1 FROM inbox INDEXED BY inbox_suspected WHERE state = 'taken' AND tries >= 3
        ))
        ORDER BY suspect, of_person, of_channel, entry LIMIT 1
        """  # noqa: S608
    return next(db.query(best, [NO_BOUND if most is None else most]), None)


def line(db: Database, received_before: datetime) -> list[InLine]:
    # A person's second entry comes when they have one turn more, and so on: as claims would go.
    rows = db.query(
        f"""{_CANDIDATES},
        shares AS (
            SELECT *, of_person - 1 + row_number() OVER (
                PARTITION BY team, user ORDER BY suspect, of_channel, entry
            ) AS share
            FROM candidates
        ),
        places AS (SELECT *, row_number() OVER (ORDER BY suspect, share, of_channel, entry) AS place FROM shares)
        SELECT inbox.*, places.team, places.channel, places.thread, place
        FROM places JOIN inbox ON inbox.id = places.entry
        WHERE inbox.kind <> ? AND inbox.received_at < ? ORDER BY place LIMIT ?
        """,  # noqa: S608
        [DeliveryKind.DECISION, time_text(received_before), LONGEST_LINE],
    )
    return [
        InLine(delivery_from(row, conversation_from(row).key), row["place"], time_from(row["received_at"]))
        for row in rows
    ]
