"""`nod run` under the demo's hand: the same command, told to stop when the demo is gone, however that came.

The demo holds the other end of this process's standard input. When that is closed, by the demo or by the system
because the demo was killed, nobody is left to stop Nod, so it stops itself.
"""

import os
import runpy
import signal
import sys
import threading

STOP_WITHIN = 15.0


def main() -> None:
    """Run `python -m bot run` in this process until it ends, or until standard input does."""
    threading.Thread(target=_stop_at_the_end_of_input, daemon=True).start()
    sys.argv[1:] = ["run"]
    runpy.run_module("bot", run_name="__main__", alter_sys=True)


def _stop_at_the_end_of_input() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(STOP_WITHIN)
    os._exit(1)


if __name__ == "__main__":
    main()
