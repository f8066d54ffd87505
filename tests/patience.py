"""What must not hang: a test that waits is ended, far above what it takes on a slow machine."""

import signal
from contextlib import contextmanager

import pytest

PATIENCE = 60


@contextmanager
def patience(what, seconds=PATIENCE):
    """Fail if what is done inside does not end."""
    if not hasattr(signal, "SIGALRM"):
        pytest.skip("needs an alarm signal")

    def ring(*_):
        raise AssertionError(f"{what}: took more than {seconds} seconds")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
