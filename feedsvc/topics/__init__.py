"""Classify: an Article is sorted into topics, with the reason."""
