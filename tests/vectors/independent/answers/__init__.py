# SPDX-License-Identifier: MPL-2.0
"""What the ops of ../../README.md ask, answered by the independent implementation."""

# Each fills OPS.
from . import basics, evidence, files, forks, members, records, session, transfers  # noqa: F401
from .ops import OPS  # noqa: F401
