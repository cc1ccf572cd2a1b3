"""Rewards and penalties settled month by month."""
