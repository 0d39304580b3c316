"""Tests of `containerscope.poller`."""
