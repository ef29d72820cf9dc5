"""Releases: prose in, figure records out, every number accounted for."""
