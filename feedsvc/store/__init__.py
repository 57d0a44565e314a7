"""Store and publish: the ledger and the edition, in one database."""
