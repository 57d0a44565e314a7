"""Read: files become Documents."""
