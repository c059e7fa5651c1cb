# SPDX-License-Identifier: MPL-2.0
"""benchkit: real daemons measured from outside, each figure beside what it is a ratio of."""
