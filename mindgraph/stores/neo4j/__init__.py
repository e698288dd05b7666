"""A Neo4j server as a home of the graph: asked, loaded online, or fed by an offline import.

The only room that knows the `neo4j` driver; it is imported when a server is first called.
"""
