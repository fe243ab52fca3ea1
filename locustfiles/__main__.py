"""`python -m locustfiles`."""

import sys

from locustfiles.new.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], prog="python -m locustfiles"))
