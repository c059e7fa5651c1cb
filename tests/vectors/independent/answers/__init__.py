# SPDX-License-Identifier: MPL-2.0
"""What the ops of ../../README.md ask, answered by the independent implementation."""

from . import basics, files, forks, members, records, session, transfers  # noqa: F401 (each fills OPS)
from .ops import OPS  # noqa: F401
