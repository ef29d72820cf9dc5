"""Exports of the published file for other tools, on demand: files with descriptors that say what is in them."""
