"""Settle: a Draft and what the ledger knows become an Article."""
