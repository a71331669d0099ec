"""The numbered steps, as the files beside this one add them."""

from sqlite_utils import Migrations

MIGRATIONS = Migrations("nod")
