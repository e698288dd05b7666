// How many statements does each relation have?
// Scans the whole graph: every statement.
MATCH (c:CoBuy)-[r]->(i:Intention)
RETURN r.relation AS relation, count(*) AS statements, count(DISTINCT i.id) AS intentions
ORDER BY statements DESC, relation
