"""Recognize entities in a document; the registry of recognizers. Pure."""
