"""Tests of `containerscope.rows`."""
