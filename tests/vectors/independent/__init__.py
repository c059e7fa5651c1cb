# SPDX-License-Identifier: MPL-2.0
"""A second implementation of pln, written from proto/SPEC.md alone.

It exists to show that the specification says enough, and that the vectors beside it say the same.
Numbers in comments are clauses of SPEC.md.
"""
