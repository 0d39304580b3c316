"""Pure functions over the model: what a state means, why it came about and what to do."""
