"""`nod`, on uvloop: run as `python -m tests.bench.with_uvloop run`."""

import uvloop

from bot.cli import main

uvloop.install()
main()
