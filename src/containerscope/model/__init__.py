"""Frozen, typed values of the domain; nothing here does I/O."""
