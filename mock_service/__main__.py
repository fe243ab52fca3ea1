"""`python -m mock_service`."""

import sys

from mock_service.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
