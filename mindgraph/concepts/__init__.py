"""What an intention is a kind of: its mentions, and the concepts that an is-a table names."""
