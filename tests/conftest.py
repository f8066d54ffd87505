"""Hypothesis profiles: `dev` by default, `ci` when CI is set, `long` by HYPOTHESIS_PROFILE=long."""

import os

from hypothesis import settings

settings.register_profile("dev", max_examples=60, deadline=None)
settings.register_profile("ci", max_examples=14, deadline=None, derandomize=True, print_blob=True)
settings.register_profile("long", max_examples=2000, deadline=None, print_blob=True)
os.environ.pop("COLUMNS", None)  # what is printed is as wide here as anywhere
default = "ci" if os.environ.get("CI") else "dev"
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", default))
