"""Quorum and majority (党章; 基层组织选举工作条例 2020). Pure.

Who votes: 正式党员 with the right to vote. Expected are all of them, present those who came.
"""


def is_quorate(*, present: int, expected: int) -> bool:
    """More than half of those who should have come."""
    return present * 2 > expected


def elects(*, present: int, expected: int, percent: int) -> bool:
    """Four fifths of those with a vote, or as many per cent as the parameter says."""
    return expected > 0 and present * 100 >= expected * percent


def is_carried(*, yes: int, expected: int) -> bool:
    """More than half of all who have a vote, whether they came or not."""
    return yes * 2 > expected


def adds_up(*, yes: int, no: int, abstained: int, present: int) -> bool:
    """Every voter who came said something, and nobody else."""
    return yes + no + abstained == present
