// Which broad concepts hold most intentions, when those of their narrower ones count too?
// $limit: whole = 20 -- rows at most
// Scans the whole graph: every concept, up to five steps of the hierarchy, and its intentions.
MATCH (n:Concept)-[:SUBCONCEPT_OF*0..5]->(b:Concept)
WITH DISTINCT n, b
MATCH (i:Intention)-[:HAS_CONCEPT]->(n)
RETURN b.name AS concept, count(DISTINCT i.id) AS intentions, count(DISTINCT n.id) AS concepts,
    b.id AS id
ORDER BY intentions DESC, concepts DESC, id
LIMIT $limit
