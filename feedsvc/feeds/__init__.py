"""Compose and render: Articles become a Feed of Entries, and a Feed becomes bytes."""
