"""``python -m pigou``."""

from pigou.cli import main

main()
