"""An embedded AWS account behind the real wire protocols, on loopback only."""
