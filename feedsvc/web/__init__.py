"""Serve: requests are answered with Representations and pages."""
