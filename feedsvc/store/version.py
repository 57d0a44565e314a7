"""The version of the ledger's schema."""

SCHEMA = 13
