"""Rewards and penalties month by month (STD-19): which lines are reported, which are held back, what closed months owe.

Everything here is pure and counts in whole fen; ``settlement.settle`` puts it together.
"""
