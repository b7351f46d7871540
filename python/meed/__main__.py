"""The command line: `python -m meed` is `meed`."""

import signal
import sys

from . import _meed


def main():
    # The work happens outside the interpreter, which would never see an interrupt.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(_meed.main(["meed", *sys.argv[1:]]))


if __name__ == "__main__":
    main()
