"""The graph as tables: its schema, and how statements become nodes and typed edges."""
